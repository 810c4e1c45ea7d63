/** A pause that a signal ends early. */
export type Pause = {
  /** Waits that long, or until the next `wake`; a `wake` since the last wait ends it at once. */
  readonly wait: (ms: number) => Promise<void>;
  readonly wake: () => void;
};

export function createPause(): Pause {
  let isAwake = false;
  let end: (() => void) | undefined;
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const stop = (): void => {
          clearTimeout(timer);
          end = undefined;
          isAwake = false;
          resolve();
        };
        const timer = setTimeout(stop, ms);
        if (isAwake) {
          stop();
          return;
        }
        end = stop;
      }),
    wake: () => {
      isAwake = true;
      end?.();
    },
  };
}
