import type { ComponentChildren } from 'preact';
import type { Part, Trouble } from '../api.js';

export interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** One line below the title. */
  readonly note?: ComponentChildren;
  /** Beside the title: buttons. */
  readonly actions?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A section of the page with its heading. */
export function Panel({ id, title, note, actions, children, class: name = '' }: PanelProps) {
  return (
    <section class={`panel ${name}`} aria-labelledby={id}>
      <div class="panel-head">
        <div>
          <h2 id={id}>{title}</h2>
          {note !== undefined && <p class="note">{note}</p>}
        </div>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Says that something is not there yet, and what will bring it. */
export const Empty = ({ children }: { readonly children: ComponentChildren }) => <p class="empty">{children}</p>;

/** Says what went wrong, and the way out, which is in the message. */
export const Problem = ({ trouble }: { readonly trouble: Trouble }) => (
  <p class="problem" role="alert">
    <strong>{trouble.code}</strong> {trouble.message}
  </p>
);

/** A part of the overview, or why it is missing. */
export function PartOf<Value>({
  part,
  children,
}: {
  readonly part: Part<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  return 'value' in part ? <>{children(part.value)}</> : <Problem trouble={part.trouble} />;
}
