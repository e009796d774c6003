/** What a page's shell says of the server. */

/** Whether it sends mail; else mails lie in its data folder, for whoever runs it to hand on. */
export const sendsMail = () => document.body.dataset.mail !== "no";

/** Who may make an account: everyone, who was invited, nobody. */
export const registration = () => document.body.dataset.registration ?? "open";

/** Whether somebody may make an account here. @param {boolean} [invited] holding an invitation */
export const letsRegister = (invited = false) => registration() === "open" || (invited && registration() === "invitation");
