/** What must not outlive this process: each task is run at stop, at exit, or when a signal ends us. */

type Task = () => void;

const tasks = new Set<Task>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = new Map<NodeJS.Signals, () => void>();

/** Registers `task`, which must be synchronous and quick; the returned function forgets it again. */
export function atEnd(task: Task): () => void {
  if (tasks.size === 0) listen();
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) stopListening();
  };
}

function runAll(): void {
  for (const task of tasks) {
    try {
      task();
    } catch {
      // One failing task must not keep the others from running; there is nobody left to tell.
    }
  }
  tasks.clear();
}

function listen(): void {
  process.once('exit', runAll);
  for (const signal of signals) {
    const listener = (): void => {
      runAll();
      stopListening();
      // Whoever else listens decides when to end; with nobody else, the signal does what it always does.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    listeners.set(signal, listener);
    process.once(signal, listener);
  }
}

function stopListening(): void {
  process.removeListener('exit', runAll);
  for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  listeners.clear();
}
