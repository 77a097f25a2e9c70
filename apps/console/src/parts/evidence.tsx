import { useEffect, useRef, useState } from 'preact/hooks';
import { type EvidenceNode, layoutEvidence, PADDING } from '../view/evidence-layout.js';
import { evidenceInWords, type Recommended } from '../view/recommendations.js';

export interface EvidenceProps {
  readonly seller: string;
  readonly product: Recommended;
}

/** Why a product is recommended: as a small graph, and in words. */
export function Evidence({ seller, product }: EvidenceProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="evidence">
      <h3 id="evidence">Why “{product.title}”</h3>
      <div ref={place}>{width > 0 && <Drawing seller={seller} product={product} width={width} />}</div>
      <ul class="words" aria-label="The evidence in words">
        {evidenceInWords(seller, product).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

/** As the style sheet sets titles of nodes. */
const TITLE_FONT = '600 13px';

const context = document.createElement('canvas').getContext('2d');

function measure(text: string): number {
  if (context === null) return text.length * 8;
  context.font = `${TITLE_FONT} ${getComputedStyle(document.documentElement).fontFamily}`;
  return context.measureText(text).width;
}

function Drawing({ seller, product, width }: EvidenceProps & { readonly width: number }) {
  const [focus, setFocus] = useState('');
  const drawing = layoutEvidence(seller, product, width, measure);
  const lit = (from: string, to: string) => focus === '' || focus === from || focus === to;
  return (
    <svg
      class="graph"
      role="group"
      aria-labelledby="evidence"
      width={drawing.width}
      height={drawing.height}
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
    >
      {drawing.edges.map(({ from, to, kind, path, weight }) => (
        <path
          key={`${from} ${to}`}
          class={`edge edge-${kind} ${lit(from, to) ? '' : 'is-dim'}`}
          d={path}
          stroke-width={weight}
        />
      ))}
      {drawing.edges
        .filter(({ label }) => label !== '')
        .map(({ from, to, label, labelX, labelY }) => (
          <text
            key={`${from} ${to}`}
            class={`edge-label ${lit(from, to) ? '' : 'is-dim'}`}
            x={labelX}
            y={labelY}
            aria-hidden="true"
          >
            {label}
          </text>
        ))}
      {drawing.nodes.map((node) => (
        <Node key={node.id} node={node} onFocus={() => setFocus(node.id)} onBlur={() => setFocus('')} />
      ))}
    </svg>
  );
}

interface NodeProps {
  readonly node: EvidenceNode;
  readonly onFocus: () => void;
  readonly onBlur: () => void;
}

/** To focus a node, or point at it, is to light its edges. */
function Node({ node, onFocus, onBlur }: NodeProps) {
  const { kind, x, y, width, height, title, subtitle, label } = node;
  return (
    <g
      class={`node node-${kind}`}
      transform={`translate(${x} ${y})`}
      role="img"
      aria-label={label}
      tabIndex={0}
      onFocus={onFocus}
      onBlur={onBlur}
      onMouseEnter={onFocus}
      onMouseLeave={onBlur}
    >
      <title>{label}</title>
      <rect width={width} height={height} rx="10" />
      <text x={PADDING} y="19" class="node-title">
        {title}
      </text>
      <text x={PADDING} y="36" class="node-subtitle">
        {subtitle}
      </text>
    </g>
  );
}
