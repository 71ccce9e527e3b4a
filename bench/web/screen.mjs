// What runs in a page that is measured, before anything of its own.

/**
 * Puts `screenOfLog` into a page, which sees the log as a person does: only what is in view counts.
 * @param rows the selector of the elements that have a line each
 */
export function installScreen(rows) {
  const NUMBER = /(\d{7}) worker-/;
  const WRITTEN = /(\d{7}) worker-(\d{13})/;

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
  /** The number of the last line in view, and when it was written. */
  const lastInView = () => {
    let last;
    for (const row of document.querySelectorAll(rows)) {
      const [, line, written] = WRITTEN.exec(row.textContent) ?? [];
      if (line !== undefined && !(Number(line) <= last?.[0]) && inView(row))
        last = [Number(line), Number(written)];
    }
    return last;
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
    /** Resolves once a line is in view, with what each frame before showed as its last: `[line, written, shown]`, two of them unix times. */
    untilLastOf: (line) =>
      new Promise((resolve) => {
        const frames = [];
        const look = () => {
          const last = lastInView();
          if (last !== undefined && last[0] > (frames.at(-1)?.[0] ?? 0)) frames.push([...last, Date.now()]);
          if (frames.at(-1)?.[0] >= line) resolve(frames);
          else requestAnimationFrame(() => afterPaint(look));
        };
        look();
      }),
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
