import { BinaryReader, WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';

/**
 * The reader under the generated decoders, with two things they leave open: invalid UTF-8 is an error (proto3 demands
 * it; the default puts U+FFFD in its place), and a double that is 0 is told from one that is absent.
 */
export class StrictReader extends BinaryReader {
  private doubles = 0;

  override string(): string {
    return super.string(true);
  }

  override double(): number {
    this.doubles++;
    return super.double();
  }

  /** `value` if the message held its double, undefined otherwise. Right for messages with one double: all events. */
  presentDouble(value: number): number | undefined {
    return this.doubles > 0 ? value : undefined;
  }
}

/** Writes a time of 0 that the generated encoder left out, as proto3 does: absent, it would read as no time at all. */
export function withExplicitTime(writer: BinaryWriter, fieldNumber: number, timeMs: number): BinaryWriter {
  return timeMs === 0 ? writer.tag(fieldNumber, WireType.Bit64).double(0) : writer;
}
