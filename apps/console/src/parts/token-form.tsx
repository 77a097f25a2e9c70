import { useState } from 'preact/hooks';
import { token } from '../token.js';

/** Asks for the token that the service asks for. */
export function TokenForm({ onEntered }: { readonly onEntered: () => void }) {
  const [typed, setTyped] = useState('');
  const isSecond = token.get() !== null;
  return (
    <form
      class="panel token"
      onSubmit={(event) => {
        event.preventDefault();
        token.set(typed.trim());
        onEntered();
      }}
    >
      <h2>This Thaw asks for a token</h2>
      <p>
        {isSecond ? 'The one that was entered is not known. ' : ''}
        Enter one of THAW_API_TOKENS. It is kept in this tab only, until you close it.
      </p>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          autocomplete="off"
          required
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary">
        Enter
      </button>
    </form>
  );
}
