/** What may never answer: a line that was cut without a word, a browser's database. */

/** @template T @param {Promise<T>} asked @param {number} ms how long to wait for it @returns {Promise<T>} fails after that */
export function inTime(asked, ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it took too long")), ms);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
