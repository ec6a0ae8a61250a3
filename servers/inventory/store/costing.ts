import { RingmainError } from "../../../src/core/errors.ts";

/**
 * How stock is valued (IAS 2.25: FIFO or weighted average; here both are kept for every item, and the item's
 * `costing_method` says which one its books follow). Rules:
 *
 * - Amounts are whole minor units. One pool an item, not a location: where goods lie does not change what they cost
 *   (IAS 2.26), so a transfer has no cost and no effect on value.
 * - What comes in is worth quantity × unit cost, an exact product.
 * - FIFO takes from the oldest layer first. Layers have whole unit costs, so nothing is ever rounded.
 * - Moving average takes value × units leaving ÷ units there, rounded half to even, once a movement. The remainder
 *   stays with the units that stay, and the last unit takes all that is left: no minor unit is made or lost.
 * - What leaves before it came in (only items that may go negative) costs the item's unit cost for the time being.
 *   When goods arrive, they first settle that: the difference between the real and the assumed cost is a cost of the
 *   receipt. Stock below zero has a value below zero, by the assumed cost.
 *
 * For every movement: value before + received − cost = value after. Hence cost + closing = opening + receipts.
 */
export interface CostedMove {
  /** Signed units, not 0. */
  quantity: number;
  /** What a unit comes in at, or the assumed cost of units that leave before they came in. */
  unitCostMinor: number;
}

/** What a movement costs by moving average, given the item's units and value before it, in minor units. */
export function averageCost(before: { onHand: number; valueMinor: number }, move: CostedMove): number {
  const { onHand, valueMinor } = before;
  const units = Math.abs(move.quantity);
  if (move.quantity > 0) {
    const settled = Math.min(units, Math.max(0, -onHand));
    const assumed = settled === 0 ? 0 : proportion(valueMinor, settled, -onHand);
    return wholeMinor(wholeMinor(settled * move.unitCostMinor) + assumed);
  }
  const there = Math.min(units, Math.max(0, onHand));
  const taken = there === 0 ? 0 : proportion(valueMinor, there, onHand);
  return wholeMinor(taken + wholeMinor((units - there) * move.unitCostMinor));
}

/** An open layer: what is left of units that came in at one cost, or (negative) left before they came in. */
export interface OpenLayer {
  sequence: number;
  remaining: number;
  unitCostMinor: number;
}

/** What a movement does to the layers. */
export interface FifoPlan {
  /** What the movement costs. */
  costMinor: number;
  /** What it takes from each layer, with the layer's sign. */
  uses: readonly { sequence: number; quantity: number }[];
  /** Units for a new layer: positive ones came in, negative ones left before they came in, 0 makes none. */
  opened: number;
}

/**
 * Plans a movement by FIFO. `layers` are the open ones, oldest first, as many as the movement can reach: positive ones
 * when units leave, negative ones when units come in (an item never has both).
 */
export function planFifo(layers: readonly OpenLayer[], move: CostedMove): FifoPlan {
  const direction = Math.sign(move.quantity);
  const uses: { sequence: number; quantity: number }[] = [];
  let left = Math.abs(move.quantity);
  let costMinor = 0;
  for (const layer of layers) {
    if (left === 0) break;
    const taken = Math.min(left, -direction * layer.remaining);
    if (taken <= 0) continue;
    uses.push({ sequence: layer.sequence, quantity: -direction * taken });
    // Units that leave cost what they came in at; units that settle a debt cost the difference to what was assumed.
    const unit = direction < 0 ? layer.unitCostMinor : move.unitCostMinor - layer.unitCostMinor;
    costMinor = wholeMinor(costMinor + wholeMinor(taken * unit));
    left -= taken;
  }
  if (direction < 0) costMinor = wholeMinor(costMinor + wholeMinor(left * move.unitCostMinor));
  return { costMinor, uses, opened: left === 0 ? 0 : direction * left };
}

/** value × part ÷ whole, exactly, rounded half to even; all of the value when part is the whole. */
export function proportion(valueMinor: number, part: number, whole: number): number {
  const dividend = BigInt(valueMinor) * BigInt(part);
  const divisor = BigInt(whole);
  const magnitude = dividend < 0n ? -dividend : dividend;
  const quotient = magnitude / divisor;
  const twiceRest = (magnitude % divisor) * 2n;
  const isUp = twiceRest > divisor || (twiceRest === divisor && quotient % 2n === 1n);
  const rounded = Number(isUp ? quotient + 1n : quotient);
  return dividend < 0n ? -rounded : rounded;
}

/** An amount that is exact as a number. Throws INPUT_INVALID for one that is too large to be. */
export function wholeMinor(minor: number): number {
  // adding 0 turns -0, which no database column holds, into 0
  if (Number.isSafeInteger(minor)) return minor + 0;
  throw new RingmainError("INPUT_INVALID", "The amount is too large.", {
    hint: "Use smaller quantities, or split the call.",
  });
}
