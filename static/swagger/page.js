// Starts Swagger UI on our own OpenAPI document; nothing is fetched from anywhere else.

// eslint-disable-next-line no-undef -- the bundle that stands before this script in the page
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger",
  deepLinking: true,
  tryItOutEnabled: true,
  withCredentials: true,
  validatorUrl: null,
});
