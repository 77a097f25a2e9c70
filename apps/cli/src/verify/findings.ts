import type { Difference } from '@thaw/graph';

/** What is compared, as the report lists it. */
export const SUBJECTS = ['sellers', 'products', 'candidates', 'edges', 'listings', 'pairs', 'changes'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** One place where what is live is not what the events make of it. */
export interface Finding {
  readonly subject: Subject;
  readonly what: string;
  /** The product, both products, the seller and the product, or the seller. */
  readonly ids: readonly string[];
  readonly live: Difference['live'];
  readonly expected: Difference['expected'];
}

const SUBJECT_OF: Readonly<Record<Difference['what'], Subject>> = {
  product: 'products',
  customers: 'products',
  candidate: 'candidates',
  edge: 'edges',
  count: 'edges',
  listing: 'listings',
  seller: 'sellers',
};

const MOST_KEPT = 20;

/** Counts all findings and keeps the first ones. */
export class Findings {
  readonly first: Finding[] = [];
  total = 0;
  private readonly bySubject = new Map<Subject, number>();

  add(finding: Finding): void {
    this.total += 1;
    this.bySubject.set(finding.subject, this.of(finding.subject) + 1);
    if (this.first.length < MOST_KEPT) this.first.push(finding);
  }

  /** @param subject where the difference belongs, if not to what it is a difference of */
  addDifference({ what, id, live, expected }: Difference, subject: Subject = SUBJECT_OF[what]): void {
    this.add({ subject, what, ids: id.split('\n'), live, expected });
  }

  of(subject: Subject): number {
    return this.bySubject.get(subject) ?? 0;
  }
}
