/** Ids in the form that the server takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../static/shared/ids.js";

test("ids are UUIDs of version 4 in lower case, and no two are the same", () => {
  const ids = Array.from({ length: 1000 }, newId);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, ids.length);
});

test("ids are made without randomUUID, which plain http does not have", (t) => {
  t.mock.method(crypto, "randomUUID", () => assert.fail("called"));
  assert.equal(newId().length, 36);
});
