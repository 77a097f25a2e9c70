import { useEffect, useState } from 'preact/hooks';
import { PATHS, type SellerSuggestions, type Trouble } from '../api.js';
import { get, troubleOf } from '../client.js';
import { counted } from '../view/format.js';
import { type Answer, type AnswerJson, demandInWords, readAnswer } from '../view/recommendations.js';
import { Evidence } from './evidence.js';
import { Empty, Panel, Problem } from './panel.js';

const LIMIT = 10;
/** Pause in typing after which suggestions are asked for. */
const TYPING_MS = 150;

interface Asked {
  readonly seller: string;
  readonly answer?: Answer;
  readonly trouble?: Trouble;
}

/** A box to ask for a seller's recommendations, and why each is one. */
export function Ask() {
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const suggested = useSuggestions(typed);

  async function ask(seller: string): Promise<void> {
    if (seller === '') return;
    setTyped(seller);
    try {
      setAsked({ seller, answer: readAnswer(await get<AnswerJson>(PATHS.recommendations(seller, LIMIT))) });
    } catch (thrown) {
      setAsked({ seller, trouble: troubleOf(thrown) });
    }
  }

  return (
    <Panel id="ask" title="Ask for a seller" note="What the seller should list next, and why.">
      <form
        class="ask"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(typed.trim());
        }}
      >
        <label class="field">
          <span>Seller id</span>
          <input
            type="search"
            name="seller"
            list="sellers"
            autocomplete="off"
            spellcheck={false}
            maxLength={256}
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <datalist id="sellers">
            {suggested.map(({ sellerId, listings }) => (
              <option key={sellerId} value={sellerId}>
                {counted(listings, 'listing')}
              </option>
            ))}
          </datalist>
        </label>
        <button type="submit" class="primary">
          Recommend
        </button>
      </form>
      {asked === undefined && suggested.length > 0 && (
        <p class="try">
          <span class="note">Try</span>
          {suggested.slice(0, 5).map(({ sellerId }) => (
            <button key={sellerId} type="button" class="small" onClick={() => void ask(sellerId)}>
              {sellerId}
            </button>
          ))}
        </p>
      )}
      <div aria-live="polite">
        {asked?.trouble !== undefined && <Problem trouble={asked.trouble} />}
        {asked?.answer !== undefined && <Results key={asked.seller} seller={asked.seller} answer={asked.answer} />}
      </div>
    </Panel>
  );
}

/** Known sellers that begin with what was typed. Suggestions are a help: without them one types on. */
function useSuggestions(typed: string): SellerSuggestions['sellers'] {
  const [suggested, setSuggested] = useState<SellerSuggestions['sellers']>([]);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(() => {
      get<SellerSuggestions>(PATHS.sellers(typed.trim())).then(
        ({ sellers }) => {
          if (isWanted) setSuggested(sellers);
        },
        () => undefined,
      );
    }, TYPING_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [typed]);
  return suggested;
}

function Results({ seller, answer }: { readonly seller: string; readonly answer: Answer }) {
  const [chosen, setChosen] = useState(0);
  const { products, version, fallback } = answer;
  const product = products[chosen];
  if (product === undefined) {
    return <Empty>Nothing to recommend: there are no candidates that {seller} does not list already.</Empty>;
  }
  return (
    <>
      {fallback !== undefined && <p class="fallback">{fallback}</p>}
      <div class="results">
        <div>
          <h3 id="results">
            For {seller}
            {version !== '' && <span class="note"> by {version}</span>}
          </h3>
          <ol class="products" aria-labelledby="results">
            {products.map((each, i) => (
              <li key={each.productId}>
                <button type="button" aria-pressed={i === chosen} onClick={() => setChosen(i)}>
                  <span class="product-title">{each.title}</span>
                  <span class="note">{demandInWords(each)}</span>
                </button>
              </li>
            ))}
          </ol>
        </div>
        <Evidence seller={seller} product={product} />
      </div>
    </>
  );
}
