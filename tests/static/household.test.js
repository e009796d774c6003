/** Random households: several devices edit one list over bad lines, and in the end all show what the server holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../static/shared/clock.js";
import { newId } from "../../static/shared/ids.js";
import { onList, overlaid } from "../../static/list/model.js";
import { OpenList } from "../../static/list/open-list.js";
import { Outbox } from "../../static/shared/outbox.js";
import { PageStore } from "../../static/shared/store.js";
import { House, Line } from "./house.js";

const HOUSEHOLDS = Number(process.env.HOUSEHOLDS ?? 40);
const STEPS = 250;

/** @param {number} seed */
function dice(seed) {
  let state = seed * 2654435761 + 1;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  return {
    /** @param {number} sides */
    roll: (sides) => Math.floor(next() * sides),
    /** @template T @param {readonly T[]} from @returns {T} */
    pick: (from) => from[Math.floor(next() * from.length)],
  };
}

/** A device with its own wrong clock; devices of one account may share a store, as tabs do. */
class Device {
  /** @param {House} house @param {string} person @param {PageStore} store @param {number} wrong ms */
  constructor(house, person, store, wrong) {
    this.line = new Line(house, person);
    const clock = new Clock(() => house.now + wrong);
    const outbox = new Outbox(person, store, (payload) => this.line.call("lists.edit", payload));
    /** @type {any} */
    const session = { user: { id: person }, live: this.line, clock, store, outbox, keepCopy: store.keepCopy.bind(store) };
    this.outbox = outbox;
    /** @type {import("../../static/shared/shapes.js").Edit[]} */
    this.made = [];
    this.list = new OpenList(session, house.id);
    this.alone = true;
    /** @type {{state: import("../../static/list/model.js").State, made: number} | undefined} what the screen showed when a finger came down */
    this.pressed = undefined;
  }

  async start() {
    const push = this.outbox.push.bind(this.outbox);
    this.outbox.push = (list, epoch, edits) => (this.made.push(...edits), push(list, epoch, edits));
    await this.outbox.load();
    await this.list.start();
    this.line.state.subscribe((state) => this.outbox.ready(state === "ready"));
  }

  shown() {
    const state = this.list.shown.peek();
    return state ? onList(state) : [];
  }

  /** A finger goes down on the rows: from now on they show what they showed then, and what is done here. */
  press() {
    this.list.press();
    const state = this.list.shown.peek();
    if (state) this.pressed ??= { state, made: this.made.length };
  }

  release() {
    this.list.release();
  }

  /** Nothing moved beneath the finger, and nothing done under it is lost or undone. */
  holdsStill() {
    if (!this.list.frozen.peek()) this.pressed = undefined;
    const own = this.pressed && this.made.slice(this.pressed.made);
    if (!this.pressed || !own || !this.alone) return;
    assert.deepEqual(this.shown(), onList(overlaid(this.pressed.state, own, this.list.session.user.id)));
    heldStill += own.length;
  }
}

/** @param {Device} device @param {ReturnType<typeof dice>} chance */
function editSomething({ list, shown }, chance) {
  const items = shown.call({ list });
  const item = chance.pick(items);
  const deed = item ? chance.roll(7) : 0;
  const text = chance.pick(["milk", "Milk", "bread", "eggs", "tea"]);
  if (deed <= 1) list.edit({ kind: "add", item: newId(), text, ...(chance.roll(2) && { quantity: 1 + chance.roll(3) }) });
  else if (deed === 2) list.edit({ kind: "set", item: item.id, note: `note ${chance.roll(100)}` });
  else if (deed === 3) list.edit({ kind: "remove", items: [item.id] });
  else if (deed === 4) list.edit({ kind: "restore", item: chance.pick(items).id });
  else if (deed === 5) list.edit({ kind: "rename", title: `Shop ${chance.roll(100)}` });
  else list.edit({ kind: "tick", item: item.id, ticked: chance.roll(2) === 0 });
}

/** @param {Device} device @param {ReturnType<typeof dice>} chance */
function live(device, chance) {
  const { line, list } = device;
  const what = chance.roll(24);
  if (what < 5 && list.confirmed.peek()) editSomething(device, chance);
  else if (what < 12) line.arrive();
  else if (what < 17) line.hear();
  else if (what === 17) line.cut();
  else if (what === 20 || what === 21) device.press();
  else if (what > 21) device.release();
  else line.join();
}

const breathe = () => new Promise((resolve) => setImmediate(resolve));

/** @param {Device[]} devices @param {import("node:test").TestContext} t */
async function settle(devices, t) {
  for (const device of devices) device.release();
  for (let quiet = 0; quiet < 5; ) {
    for (const { line } of devices) if (line.state.peek() !== "ready") line.join();
    t.mock.timers.tick(60_000);
    await breathe();
    const moved = devices.map(({ line }) => [line.arrive(), line.hear()]).flat().some(Boolean);
    quiet = moved ? 0 : quiet + 1;
  }
}

/** @param {any} item */
const comparable = ({ id, text, quantity, note, ticked, ticked_by, position, updated_at }) =>
  ({ id, text, quantity, note, ticked, ticked_by, position, updated_at });

let edits = 0;
let heldStill = 0;

for (let seed = 1; seed <= HOUSEHOLDS; seed++) {
  test(`household ${seed} agrees in the end, with every edit counted once`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const chance = dice(seed);
    const house = new House();
    const shared = new PageStore();
    const devices = [
      new Device(house, "ann", shared, 0),
      new Device(house, "ann", shared, 0),
      new Device(house, "bob", new PageStore(), 3_600_000),
      new Device(house, "cat", new PageStore(), -3_600_000),
    ];
    // What the other tab does is shown in this one too, finger or not: it is the same person's hand.
    devices[0].alone = devices[1].alone = false;
    for (const device of devices) await device.start();
    for (let step = 0; step < STEPS; step++) {
      house.now += chance.roll(1000);
      live(chance.pick(devices), chance);
      if (chance.roll(3) === 0) await breathe();
      if (chance.roll(4) === 0) t.mock.timers.tick(chance.roll(300));
      for (const device of devices) device.holdsStill();
    }
    await settle(devices, t);

    const truth = [...house.items.values()].filter((item) => !item.removed).map(comparable);
    const order = (/** @type {{id: string}} */ one, /** @type {{id: string}} */ other) => (one.id < other.id ? -1 : 1);
    for (const device of devices) {
      assert.deepEqual(device.outbox.entries.peek(), [], "all is sent, and nothing was sent that has to be refused");
      assert.deepEqual(device.shown().map(comparable).sort(order), truth.sort(order));
      assert.equal(device.list.shown.peek()?.list.title, house.title);
      assert.equal(device.list.confirmed.peek()?.list.revision, house.revision);
    }
    for (const edit of devices.flatMap((device) => device.made))
      assert.ok(house.results.has(edit.id) || house.adds.get(edit.item ?? "")?.note, `lost: ${edit.kind}`);
    const counted = house.log.map((change) => change.edit);
    assert.equal(new Set(counted).size, counted.length);
    edits += counted.length;
  });
}

test("the households above did enough to show anything", () => {
  assert.ok(edits > HOUSEHOLDS * 20, `${edits} edits`);
  assert.ok(heldStill > HOUSEHOLDS * 20, `${heldStill} looks at edits under a finger`);
});
