/** How much the heap has grown, with all garbage taken out before each look. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const used = (): number => {
  gc();
  return process.memoryUsage().heapUsed;
};

/** Looks at the heap now, and whenever it is asked; answers the largest growth in MB. */
export class HeapGrowth {
  private readonly before = used();
  private most = 0;

  look(): void {
    this.most = Math.max(this.most, used() - this.before);
  }

  get megabytes(): number {
    this.look();
    return Math.round(this.most / 1_048_576);
  }
}
