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

const words = new Int32Array(64);
/** @param {Int32Array | Uint32Array} list @param {number} index */
const at = (list, index) => list[index] ?? 0;

/**
 * One block of 64 bytes, of a text that ends after `length` characters, into the state.
 * @param {Int32Array} state
 * @param {string} text
 * @param {number} start
 * @param {number} length
 */
function takeBlock(state, text, start, length) {
  const isLast = start + 64 >= length + 9;
  for (let index = 0; index < 16; index++) {
    let word = 0;
    for (let place = start + index * 4, end = place + 4; place < end; place++)
      word = (word << 8) | (place < length ? text.charCodeAt(place) : place === length ? 0x80 : 0);
    words[index] = isLast && index === 15 ? length * 8 : word;
  }
  for (let index = 16; index < 64; index++) {
    const far = at(words, index - 15);
    const near = at(words, index - 2);
    words[index] =
      at(words, index - 16) +
      (((far >>> 7) | (far << 25)) ^ ((far >>> 18) | (far << 14)) ^ (far >>> 3)) +
      at(words, index - 7) +
      (((near >>> 17) | (near << 15)) ^ ((near >>> 19) | (near << 13)) ^ (near >>> 10));
  }
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let index = 0; index < 64; index++) {
    const first =
      (h +
        (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
        ((e & f) ^ (~e & g)) +
        at(ROUNDS, index) +
        at(words, index)) |
      0;
    const second =
      ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (a & c) ^ (b & c))) |
      0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

/**
 * The leading zero bits, at most 32, of the SHA-256 of an ASCII text that begins as `beginning` does: its whole blocks are computed once.
 * @param {string} beginning
 * @returns {(ending: string) => number}
 */
function zeroBitsAfter(beginning) {
  const whole = beginning.length - (beginning.length % 64);
  const middle = new Int32Array(START);
  for (let start = 0; start < whole; start += 64) takeBlock(middle, beginning, start, Number.POSITIVE_INFINITY);
  const state = new Int32Array(8);
  return (ending) => {
    const text = beginning + ending;
    state.set(middle);
    for (let start = whole; start < text.length + 9; start += 64) takeBlock(state, text, start, text.length);
    return Math.clz32(at(state, 0));
  };
}

/** So many tries at a time: typing stays smooth on an old phone. */
const AT_ONCE = 500;

/**
 * @param {string} challenge
 * @param {number} bits
 * @returns {Promise<string>}
 */
function work(challenge, bits) {
  return new Promise((resolve) => {
    const zeroBits = zeroBitsAfter(`${challenge}.`);
    let next = 0;
    const some = () => {
      for (const end = next + AT_ONCE; next < end; next++) {
        if (zeroBits(String(next)) >= bits) return resolve(String(next));
      }
      setTimeout(some, 0);
    };
    some();
  });
}

export { zeroBitsAfter };

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
