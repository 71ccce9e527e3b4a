// What runs in a page that is measured, before anything of its own.

/**
 * Puts `screenOfLog` into a page, which sees the log as a person does: only what is in view counts.
 * @param rows the selector of the elements that have a line each
 */
export function installScreen(rows) {
  const NUMBER = /(\d{7}) worker-/;

  const inView = (element) => {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < innerHeight;
  };
  const find = (text) => {
    for (const row of document.querySelectorAll(rows))
      if (row.textContent.includes(text) && inView(row)) return row;
    return undefined;
  };
  const firstInView = () => {
    for (const row of document.querySelectorAll(rows)) {
      const number = inView(row) ? NUMBER.exec(row.textContent)?.[1] : undefined;
      if (number !== undefined) return Number(number);
    }
    return undefined;
  };
  /** Resolves with the milliseconds since the navigation once the frame is on the screen in which something is there. */
  const untilPainted = (isThere) =>
    new Promise((resolve) => {
      const look = () => {
        if (!isThere()) requestAnimationFrame(look);
        else afterPaint(() => resolve(performance.now()));
      };
      requestAnimationFrame(look);
    });
  /** After the frame that is being made is on the screen. */
  const afterPaint = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      then();
    };
    port2.postMessage(undefined);
  };

  // Chromium hands over at most one turn in each frame.
  let turns = 0;
  addEventListener('wheel', () => (turns += 1), { passive: true, capture: true });

  window.screenOfLog = {
    /** Any line: where the end is followed, the first one is not there for long. */
    untilAnyLine: () => untilPainted(() => firstInView() !== undefined),
    untilShown: (text) => untilPainted(() => find(text) !== undefined),
    /** The number of the first line in view; `undefined` if no line is there yet. */
    firstLine: firstInView,
    /** In how many frames the wheel has turned so far. */
    turns: () => turns,
    counts: () => ({
      rows: document.querySelectorAll(rows).length,
      elements: document.querySelectorAll('*').length,
    }),
  };
}
