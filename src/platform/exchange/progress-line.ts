/** Where progress is shown: a terminal gets one line that is rewritten, anything else a line now and then. */
export type ProgressStream = { readonly isTTY?: boolean; write(text: string): unknown };

export type Progress = {
  /** `done` and `total` in any one unit (bytes, people); `items` is what the rate counts. */
  readonly show: (state: { done: number; total: number; items: number }) => void;
  readonly finish: () => void;
};

const barWidth = 24;

/** A line with a bar, the share done, the rate and the time left. */
export function startProgress(stream: ProgressStream, label: string, unit: string): Progress {
  const startedMs = performance.now();
  const intervalMs = stream.isTTY ? 100 : 5000;
  let shownMs = Number.NEGATIVE_INFINITY;
  let last = '';
  const write = (text: string): void => {
    stream.write(stream.isTTY ? `\r${text.padEnd(last.length)}` : `${text}\n`);
    last = text;
  };
  return {
    show: ({ done, total, items }) => {
      const nowMs = performance.now();
      if (nowMs - shownMs < intervalMs) {
        return;
      }
      shownMs = nowMs;
      const seconds = (nowMs - startedMs) / 1000;
      const share = total > 0 ? Math.min(done / total, 1) : 0;
      const left = share > 0 ? (seconds / share) * (1 - share) : Number.NaN;
      const bar = '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░');
      const percent = `${Math.floor(share * 100)}%`.padStart(4);
      const rate = Math.round(items / Math.max(seconds, 0.001));
      write(`${label} ${bar} ${percent}  ${items} ${unit}, ${rate}/s, ${timeText(left)} left`);
    },
    finish: () => {
      if (stream.isTTY && last !== '') {
        stream.write(`\r${' '.repeat(last.length)}\r`);
      }
    },
  };
}

function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) {
    return '…';
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
