import { clipped, counted } from './format.js';
import type { Recommended } from './recommendations.js';

export interface EvidenceNode {
  readonly id: string;
  readonly kind: 'seller' | 'listing' | 'category' | 'product';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly subtitle: string;
  /** For those who listen. */
  readonly label: string;
}

export interface EvidenceEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'lists' | 'customers' | 'text' | 'category';
  /** SVG path data. */
  readonly path: string;
  /** Stroke width, 1 to 6. */
  readonly weight: number;
  readonly label: string;
  readonly labelX: number;
  readonly labelY: number;
}

export interface EvidenceDrawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly EvidenceNode[];
  readonly edges: readonly EvidenceEdge[];
}

const NARROW = 560;
const NODE_HEIGHT = 46;
const GAP = 18;
/** Left and right of the text in a node. */
export const PADDING = 10;
/** Room for an edge's label in the wide drawing. */
const LABEL_ROOM = 128;
/** Width of a text in the drawing's type, pixels. */
export type Measure = (text: string) => number;

interface Row {
  readonly id: string;
  readonly kind: 'listing' | 'category';
  readonly title: string;
  readonly label: string;
  readonly customers: number;
  readonly textSimilarity: number | undefined;
}

/**
 * Places seller, listings and product: side by side, or one below the other where there is little room. Titles are cut to
 * fit their node.
 */
export function layoutEvidence(seller: string, product: Recommended, width: number, measure: Measure): EvidenceDrawing {
  const rows = rowsOf(product);
  const drawing = width < NARROW ? narrow(seller, product, rows, width) : wide(seller, product, rows, width);
  const nodes = drawing.nodes.map((node) => ({ ...node, title: fit(node.title, node.width - 2 * PADDING, measure) }));
  return { ...drawing, nodes };
}

function rowsOf({ evidence, sameCategoryListings, categoryId }: Recommended): readonly Row[] {
  const listings = evidence.map(({ productId, title, customers, textSimilarity }): Row => {
    const why = edgeLabel(customers, textSimilarity);
    const label = `Listing ${title}: ${why}`;
    return { id: `listing:${productId}`, kind: 'listing', title, label, customers, textSimilarity };
  });
  if (sameCategoryListings === 0) return listings;
  const title = counted(sameCategoryListings, 'listing');
  const label = `${title} of the same category, ${categoryId}`;
  return [...listings, { id: 'category', kind: 'category', title, label, customers: 0, textSimilarity: undefined }];
}

function edgeLabel(customers: number, textSimilarity: number | undefined): string {
  const text = textSimilarity === undefined ? '' : `text ${textSimilarity.toFixed(2)}`;
  if (customers === 0) return text;
  return text === '' ? counted(customers, 'customer') : `${counted(customers, 'customer')} · ${text}`;
}

const kindOf = ({ kind, customers }: Row): EvidenceEdge['kind'] =>
  kind === 'category' ? 'category' : customers > 0 ? 'customers' : 'text';

const weightOf = (row: Row, most: number): number => (row.customers === 0 ? 1.5 : 1.5 + (4.5 * row.customers) / most);

/** The longest beginning that fits, at a guess that is mended. */
function fit(text: string, room: number, measure: Measure): string {
  let most = Math.floor((text.length * room) / Math.max(1, measure(text)));
  if (most >= text.length) return text;
  while (most > 2 && measure(clipped(text, most)) > room) most -= 1;
  return clipped(text, most);
}

function wide(seller: string, product: Recommended, rows: readonly Row[], width: number): EvidenceDrawing {
  const height = Math.max(1, rows.length) * (NODE_HEIGHT + GAP) + GAP;
  const middle = height / 2 - NODE_HEIGHT / 2;
  const sellerWidth = Math.round(width * 0.15);
  const productWidth = Math.round(width * 0.25);
  const left = sellerWidth + Math.round(width * 0.07);
  const listingWidth = width - productWidth - LABEL_ROOM - left;
  const right = width - productWidth;
  const nodes: EvidenceNode[] = [
    sellerNode(seller, 0, middle, sellerWidth),
    productNode(product, right, middle, productWidth),
  ];
  const edges: EvidenceEdge[] = [];
  const most = Math.max(1, ...rows.map(({ customers }) => customers));
  rows.forEach((row, i) => {
    const y = GAP + i * (NODE_HEIGHT + GAP);
    const centre = y + NODE_HEIGHT / 2;
    const target = spread(i, rows.length, middle);
    nodes.push({ ...rowNode(row, product), x: left, y, width: listingWidth });
    const [start, end] = [left + listingWidth, right];
    edges.push({
      ...listsEdge(row.id),
      path: curve(sellerWidth, spread(i, rows.length, middle), left, centre),
    });
    edges.push({
      from: row.id,
      to: 'product',
      kind: kindOf(row),
      path: curve(start, centre, end, target),
      weight: weightOf(row, most),
      label: row.kind === 'category' ? 'same category' : edgeLabel(row.customers, row.textSimilarity),
      // Near the listing, where the curves are still apart.
      labelX: start + 6,
      labelY: centre - 8,
    });
  });
  return { width, height, nodes, edges };
}

/** Where an edge meets the side of the node in the middle: a little apart from the others. */
const spread = (i: number, of: number, top: number): number => top + (NODE_HEIGHT * (i + 1)) / (of + 1);

const curve = (x1: number, y1: number, x2: number, y2: number): string => {
  const bend = (x1 + x2) / 2;
  return `M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`;
};

/** The listings between two rails: the left one comes from the seller above, the right one goes to the product below. */
function narrow(seller: string, product: Recommended, rows: readonly Row[], width: number): EvidenceDrawing {
  const rail = 10;
  const inset = 30;
  const inner = width - 2 * inset;
  const nodes: EvidenceNode[] = [sellerNode(seller, 0, 0, width)];
  const edges: EvidenceEdge[] = [];
  const most = Math.max(1, ...rows.map(({ customers }) => customers));
  const end = (rows.length + 1) * (NODE_HEIGHT + GAP);
  rows.forEach((row, i) => {
    const y = (i + 1) * (NODE_HEIGHT + GAP);
    const centre = y + NODE_HEIGHT / 2;
    const why = row.kind === 'category' ? 'same category' : edgeLabel(row.customers, row.textSimilarity);
    const node = { ...rowNode(row, product), subtitle: why };
    nodes.push({ ...node, x: inset, y, width: inner });
    edges.push({ ...listsEdge(row.id), path: `M${rail},${NODE_HEIGHT} V${centre} H${inset}` });
    edges.push({
      from: row.id,
      to: 'product',
      kind: kindOf(row),
      path: `M${width - inset},${centre} H${width - rail} V${end}`,
      weight: weightOf(row, most) / 2,
      label: '',
      labelX: 0,
      labelY: 0,
    });
  });
  nodes.push(productNode(product, 0, end, width));
  return { width, height: end + NODE_HEIGHT, nodes, edges };
}

const listsEdge = (to: string) =>
  ({ from: 'seller', to, kind: 'lists', weight: 1.5, label: '', labelX: 0, labelY: 0 }) as const;

function sellerNode(seller: string, x: number, y: number, width: number): EvidenceNode {
  return {
    id: 'seller',
    kind: 'seller',
    x,
    y,
    width,
    height: NODE_HEIGHT,
    title: seller,
    subtitle: 'seller',
    label: `Seller ${seller}`,
  };
}

function productNode(product: Recommended, x: number, y: number, width: number): EvidenceNode {
  const label = `Recommended: ${product.title}`;
  return {
    id: 'product',
    kind: 'product',
    x,
    y,
    width,
    height: NODE_HEIGHT,
    title: product.title,
    subtitle: 'recommended',
    label,
  };
}

function rowNode(row: Row, { categoryId }: Recommended) {
  const subtitle = row.kind === 'category' ? `category ${categoryId}` : 'listed';
  return { id: row.id, kind: row.kind, height: NODE_HEIGHT, title: row.title, subtitle, label: row.label } as const;
}
