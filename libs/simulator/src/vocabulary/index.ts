import type { CategoryVocabulary } from './category.js';
import { HOME_CATEGORIES } from './home.js';
import { LEISURE_CATEGORIES } from './leisure.js';

export type { CategoryVocabulary } from './category.js';

/** All categories, as a ring: neighbours share customers. */
export const CATEGORIES: readonly CategoryVocabulary[] = [...HOME_CATEGORIES, ...LEISURE_CATEGORIES];

/** Makers; every niche has three that it prefers. */
export const BRANDS: readonly string[] = (
  'Northwell, Harrow & Pine, Lumen Works, Casa Brava, Oakmere, Fjordlane, Tilia, Bramble Hill, Kestrel, Moor & Mill, ' +
  'Sable Bay, Ostrava, Wren & Co, Alder Forge, Pelican Row, Marlowe, Juniper Lane, Solveig, Atelier Nord, Copperfield, ' +
  'Birchwood, Halden, Tide & Stone, Quillon, Ember House, Larkspur, Vantage, Rowan Street, Isola, Meridian, ' +
  'Thistle & Thread, Hearthside, Coastline, Nimbus, Bellweather, Foxglove, Stonebridge, Arden, Willowby, Kaito'
).split(', ');

export const COLOURS: readonly string[] = (
  'Slate, Ivory, Sage, Navy, Terracotta, Charcoal, Mustard, Blush, Forest Green, Sand, Burgundy, Sky Blue, Olive, ' +
  'Black, Natural, Rust'
).split(', ');
