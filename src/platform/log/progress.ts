/** Where an operator sees how a long task goes. */
export type Progress = {
  /** What is being done from here on. */
  readonly tell: (text: string) => void;
  /** Ends the last step; with a text, says so. */
  readonly end: (text?: string) => void;
};

type Terminal = { readonly isTTY?: boolean; readonly write: (text: string) => unknown };

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 120;
const stillAtItMs = 5_000;

/**
 * Tells steps as they come. A terminal shows the present one with its seconds and keeps the finished ones; elsewhere
 * each is one line, and one more every five seconds while it lasts, so that nothing long is silent.
 */
export function createProgress(out: Terminal): Progress {
  let step: { text: string; startedMs: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;
  const seconds = (): number => (step ? Math.floor((performance.now() - step.startedMs) / 1000) : 0);
  const draw = (): void => {
    frame = (frame + 1) % spinner.length;
    const elapsed = seconds() >= 2 ? ` ${seconds()} s` : '';
    out.write(`\r\u001b[2K${spinner[frame] ?? ''} ${step?.text ?? ''}${elapsed}`);
  };
  const remind = (): void => {
    out.write(`  ${step?.text ?? ''} ${seconds()} s\n`);
  };
  const end = (text?: string): void => {
    clearInterval(timer);
    if (step && out.isTTY) out.write(`\r\u001b[2K✓ ${step.text}${seconds() >= 2 ? ` ${seconds()} s` : ''}\n`);
    step = undefined;
    if (text !== undefined) out.write(`${text}\n`);
  };
  return {
    tell: (text) => {
      end();
      step = { text, startedMs: performance.now() };
      if (out.isTTY) draw();
      else out.write(`${text}\n`);
      timer = setInterval(out.isTTY ? draw : remind, out.isTTY ? frameMs : stillAtItMs);
      timer.unref();
    },
    end,
  };
}
