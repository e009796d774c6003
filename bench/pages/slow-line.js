/** A slow line to the product, as a phone in a shop has it: a proxy that is late, narrow, and counts what passes. */
import { connect, createServer } from "node:net";

const REQUEST = /(?:GET|POST|HEAD) \S+ HTTP\/1\.1\r\n/g;

/** One way of the line: all that goes it shares its width. */
class Way {
  /** @param {number} bytesASecond @param {number} delay ms */
  constructor(bytesASecond, delay) {
    this.bytesASecond = bytesASecond;
    this.delay = delay;
    this.free = 0;
    this.bytes = 0;
  }

  /** When these bytes have arrived, in ms from now. @param {number} bytes */
  take(bytes) {
    const now = performance.now();
    this.bytes += bytes;
    this.free = Math.max(this.free, now) + (1000 * bytes) / this.bytesASecond;
    return this.free + this.delay - now;
  }
}

/**
 * @param {string} url of the product
 * @param {{bytesASecond?: number, roundTrip?: number}} [how] without it, a line that only counts
 */
export async function lineTo(url, { bytesASecond = Infinity, roundTrip = 0 } = {}) {
  const { hostname, port } = new URL(url);
  const [up, down] = [new Way(bytesASecond, roundTrip / 2), new Way(bytesASecond, roundTrip / 2)];
  const line = { url: "", requests: 0, bytes: () => down.bytes, reset: () => ((line.requests = 0), (down.bytes = 0)), close: () => {} };
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    // What TCP's own greeting takes.
    const greeted = performance.now() + roundTrip;
    /** @param {import("node:net").Socket} from @param {import("node:net").Socket} to @param {Way} way */
    const pass = (from, to, way) => {
      let last = greeted;
      const later = (/** @type {number} */ wait, /** @type {() => void} */ act) => {
        last = Math.max(last, performance.now() + wait);
        setTimeout(act, last - performance.now());
      };
      from.on("data", (piece) => {
        if (way === up) line.requests += piece.toString("latin1").match(REQUEST)?.length ?? 0;
        later(way.take(piece.length), () => !to.destroyed && to.write(piece));
      });
      from.on("end", () => later(0, () => to.end()));
      from.on("error", () => to.destroy());
    };
    client.setNoDelay();
    server.setNoDelay();
    pass(client, server, up);
    pass(server, client, down);
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", () => listening(null)));
  line.url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (proxy.address()).port}`;
  line.close = () => proxy.close();
  return line;
}
