import { useEffect, useRef, useState } from 'preact/hooks';
import type { VersionFacts } from '../api.js';
import { recall } from '../view/format.js';
import type { Proposal } from '../view/versions.js';

export interface ConfirmProps {
  readonly proposal: Proposal;
  readonly onCancel: () => void;
  /** @param reason empty where none is asked for */
  readonly onConfirm: (reason: string) => void;
}

/** Asks before what is served is changed, naming what is served before and after. Escape cancels. */
export function Confirm({ proposal, onCancel, onConfirm }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const { title, before, after, effect, needsReason, confirm } = proposal;
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onCancel}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(reason.trim());
        }}
      >
        <h2 id="confirm-title">{title}</h2>
        <dl class="before-after">
          <Side name="Before" version={before} />
          <span class="arrow" aria-hidden="true">
            →
          </span>
          <Side name="After" version={after} />
        </dl>
        <p>{effect}</p>
        {needsReason && (
          <label class="field">
            <span>Why serve it all the same?</span>
            <textarea
              required
              maxLength={1000}
              rows={2}
              value={reason}
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
          </label>
        )}
        <div class="actions">
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" class="primary">
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Side({ name, version }: { readonly name: string; readonly version: VersionFacts | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span class="figure">{version?.version ?? 'none'}</span>
        <span class="note">
          {version === undefined ? 'products in demand' : `Recall@100 ${recall(version.recallAt100)}`}
        </span>
      </dd>
    </div>
  );
}
