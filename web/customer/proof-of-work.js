// A visitor's work starts with the first key, so that nobody waits for it: find a number that gives, behind the challenge, a SHA-256 (FIPS 180-4) with enough
// leading zero bits. Synchronous and of its own, since the browser's digest exists on https only and costs more to call than to compute.

const ROUNDS = new Uint32Array(64);
const START = new Uint32Array(8);
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let prime = true;
  for (let factor = 2; factor * factor <= candidate; factor++) if (candidate % factor === 0) prime = false;
  if (!prime) continue;
  if (found < 8) START[found] = (Math.sqrt(candidate) % 1) * 2 ** 32;
  ROUNDS[found++] = (Math.cbrt(candidate) % 1) * 2 ** 32;
}

const words = new Uint32Array(64);
/** @param {number} word @param {number} by */
const turn = (word, by) => (word >>> by) | (word << (32 - by));
/** @param {Uint32Array} list @param {number} index */
const at = (list, index) => list[index] ?? 0;

/**
 * The leading zero bits of the SHA-256 of an ASCII text, at most 32.
 * @param {string} text
 */
function zeroBits(text) {
  const blocks = Math.ceil((text.length + 9) / 64);
  const state = START.slice();
  for (let block = 0; block < blocks; block++) {
    for (let index = 0; index < 16; index++) {
      let word = 0;
      for (let byte = 0; byte < 4; byte++) {
        const place = block * 64 + index * 4 + byte;
        word = (word << 8) | (place < text.length ? text.charCodeAt(place) : place === text.length ? 0x80 : 0);
      }
      words[index] = block === blocks - 1 && index === 15 ? text.length * 8 : word;
    }
    for (let index = 16; index < 64; index++) {
      const [far, near] = [at(words, index - 15), at(words, index - 2)];
      words[index] =
        at(words, index - 16) +
        (turn(far, 7) ^ turn(far, 18) ^ (far >>> 3)) +
        at(words, index - 7) +
        (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10));
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let index = 0; index < 64; index++) {
      const first =
        (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + at(ROUNDS, index) + at(words, index)) |
        0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = at(state, index) + value;
  }
  return Math.clz32(at(state, 0));
}

/** So many tries at a time: typing stays smooth on an old phone. */
const AT_ONCE = 2000;

/**
 * @param {string} challenge
 * @param {number} bits
 * @returns {Promise<string>}
 */
function work(challenge, bits) {
  return new Promise((resolve) => {
    let next = 0;
    const some = () => {
      for (const end = next + AT_ONCE; next < end; next++) {
        if (zeroBits(`${challenge}.${next}`) >= bits) return resolve(String(next));
      }
      setTimeout(some, 0);
    };
    some();
  });
}

export { zeroBits };

const form = typeof document === 'undefined' ? null : document.querySelector('form[data-challenge]');
if (form && form instanceof HTMLFormElement) {
  const field = form.querySelector('input[name=work]');
  const waiting = form.querySelector('[data-working]');
  /** @type {Promise<void> | null} */
  let working = null;
  const start = () => {
    working ??= work(form.dataset.challenge ?? '', Number(form.dataset.bits)).then((found) => {
      if (field instanceof HTMLInputElement) field.value = found;
    });
    return working;
  };
  form.addEventListener('input', start, { once: true });
  form.addEventListener('submit', (event) => {
    if (field instanceof HTMLInputElement && field.value !== '') return;
    event.preventDefault();
    if (waiting instanceof HTMLElement) waiting.hidden = false;
    void start().then(() => form.submit());
  });
}
