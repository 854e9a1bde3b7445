/**
 * The time to think before an answer can be sent, counted by the clock: a phone that was asleep goes on where it should.
 *
 * @param {number} seconds
 * @param {(left: number) => void} tick whole seconds left, down to 0
 * @returns {{ stop: () => void }}
 */
export function countDown(seconds, tick) {
  const until = performance.now() + seconds * 1000;
  const left = () => Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const timer = setInterval(() => {
    const now = left();
    if (now === 0) clearInterval(timer);
    tick(now);
  }, 250);
  return { stop: () => clearInterval(timer) };
}
