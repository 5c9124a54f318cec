import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** Longer than a busy worker takes, and shorter than anybody waits who scrapes. */
const ANSWER_WITHIN_MS = 2000;
/** What only grows while the process lives. */
const GROWING = ['counter', 'histogram'];

/** As the library writes them, and adds them up. */
type Figures = { type: string }[];
type Message =
  | { type: 'metrics: scrape'; id: number }
  | { type: 'metrics: collect'; id: number }
  | { type: 'metrics: collected'; id: number; figures: Figures }
  | { type: 'metrics: scraped'; id: number; text: string };

function isOurs(message: unknown): message is Message {
  return /^metrics: /.test(String((message as { type?: unknown } | null)?.type));
}

/** In a worker: its part of the figures for the others, and the sum of all for whoever scrapes. */
export class WorkerFigures {
  private readonly waiting = new Map<number, (text: string) => void>();
  private lastId = 0;

  constructor(private readonly registry: Registry) {
    process.on('message', (message) => {
      if (isOurs(message)) void this.hear(message);
    });
  }

  /** As Prometheus reads it. */
  async ofAll(): Promise<string> {
    const id = (this.lastId += 1);
    const text = new Promise<string>((resolve) => this.waiting.set(id, resolve));
    this.send({ type: 'metrics: scrape', id });
    return text;
  }

  private async hear(message: Message): Promise<void> {
    if (message.type === 'metrics: scraped') {
      this.waiting.get(message.id)?.(message.text);
      this.waiting.delete(message.id);
    } else if (message.type === 'metrics: collect') {
      const figures = (await this.registry.getMetricsAsJSON()) as unknown as Figures;
      this.send({ type: 'metrics: collected', id: message.id, figures });
    }
  }

  private send(message: Message): void {
    if (process.connected) process.send?.(message);
  }
}

/**
 * In the process that has the workers: adds up what they have counted. What one had counted when it
 * was last asked stays when it ends, or a sum would fall, which reads as a restart of everything.
 */
export class FiguresOfWorkers {
  private readonly last = new Map<number, Figures>();
  private departed: Figures = [];
  private readonly rounds = new Map<number, (worker: Worker, figures: Figures) => void>();
  private lastId = 0;

  constructor() {
    cluster.on('message', (worker: Worker, message: unknown) => {
      if (!isOurs(message)) return;
      if (message.type === 'metrics: scrape') void this.answer(worker, message.id);
      if (message.type === 'metrics: collected') {
        this.rounds.get(message.id)?.(worker, message.figures);
      }
    });
    cluster.on('exit', ({ id }: Worker) => void this.keep(id));
  }

  private async answer(worker: Worker, id: number): Promise<void> {
    await this.collect();
    const all = [...this.last.values(), this.departed];
    const text = await AggregatorRegistry.aggregate(all as never).metrics();
    if (worker.isConnected()) worker.send({ type: 'metrics: scraped', id, text });
  }

  /** Of one that ends meanwhile, or is too busy to answer, what it has said before counts. */
  private collect(): Promise<void> {
    const id = (this.lastId += 1);
    const asked = new Set(Object.values(cluster.workers ?? {}).filter((one) => one?.isConnected()));
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.rounds.delete(id);
        cluster.off('exit', leave);
        resolve();
      };
      const leave = (worker: Worker) => {
        asked.delete(worker);
        if (asked.size === 0) end();
      };
      const timer = setTimeout(end, ANSWER_WITHIN_MS);
      this.rounds.set(id, (worker, figures) => {
        this.last.set(worker.id, figures);
        leave(worker);
      });
      cluster.on('exit', leave);
      for (const worker of asked) worker?.send({ type: 'metrics: collect', id });
    });
  }

  private async keep(workerId: number): Promise<void> {
    const counted = this.last.get(workerId)?.filter(({ type }) => GROWING.includes(type));
    this.last.delete(workerId);
    if (!counted) return;
    const before = this.departed;
    this.departed = (await AggregatorRegistry.aggregate([
      before,
      counted,
    ] as never).getMetricsAsJSON()) as unknown as Figures;
  }
}
