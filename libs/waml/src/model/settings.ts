import { channelDimensions, channelsFor, type Channel, type ChannelSettings } from '../channels/channel.js';
import { DEFAULT_CHANNEL_SETTINGS } from '../channels/channel.js';

/** What a full retrain chooses and a fine-tune keeps: plain JSON. */
export interface ModelSettings extends ChannelSettings {
  /** Pairs of fewer customers are no edges. */
  readonly coInteractionThreshold: number;
  /** Columns of a channel. */
  readonly dimensions: number;
  /**
   * How much of the learned listing prior is served, 0 to 1. The prior is always learned, so that the channels need not
   * stand in for it; at 1 it fills the lists with products that have listings already, at 0 cold ones get their turn.
   */
  readonly listingPrior: number;
  /** How far candidates with few listings are lifted to the mean score of those with many, 0 to 1: see coldLift. */
  readonly coldLift: number;
}

/** See docs/decisions/0003-channels.md. */
export const DEFAULT_MODEL_SETTINGS: ModelSettings = {
  ...DEFAULT_CHANNEL_SETTINGS,
  coInteractionThreshold: 1,
  dimensions: 1024,
  listingPrior: 0,
  coldLift: 0.25,
};

const FEWEST_DIMENSIONS = 64;
const MOST_DIMENSIONS = 1024;
const FLOAT_BYTES = 4;

/** Columns of a folded vector: all channels' side by side, the network's if there is one, and one for the bias. */
export function foldedDimensions(channels: readonly Channel[], dimensions: number, network = 0): number {
  return channels.reduce((sum, channel) => sum + channelDimensions(channel, dimensions), network + 1);
}

/**
 * Columns of a channel: the highest power of two from 64 to 1024 at which the folded vectors of all nodes fit the
 * budget; 64 where not even those do.
 *
 * @param nodes products and sellers
 */
export function dimensionsFor(budgetBytes: number, nodes: number): number {
  const channels = channelsFor(DEFAULT_CHANNEL_SETTINGS);
  let dimensions = MOST_DIMENSIONS;
  const bytes = (): number => FLOAT_BYTES * nodes * foldedDimensions(channels, dimensions);
  while (dimensions > FEWEST_DIMENSIONS && bytes() > budgetBytes) dimensions /= 2;
  return dimensions;
}
