import { priceOf, UNITS, type Unit } from "./prices.ts";

/** So many units of one thing that AWS bills, and the resource that they are billed for. */
export interface Charge {
  /** `aws_lambda_function.resize` */
  readonly resource: string;
  readonly unit: Unit;
  readonly quantity: number;
}

/** At list price. */
export function dollarsOf({ unit, quantity }: Pick<Charge, "unit" | "quantity">): number {
  const { dollars, per } = priceOf(unit);
  return (quantity / per) * dollars;
}

export function addUp(charges: readonly Charge[]): number {
  return charges.reduce((sum, charge) => sum + dollarsOf(charge), 0);
}

/** The same in an account that uses its free allowances for nothing else. */
export function addUpBeyondFree(charges: readonly Charge[]): number {
  return UNITS.reduce((sum, unit) => {
    const quantity = charges.filter((charge) => charge.unit === unit).reduce((all, charge) => all + charge.quantity, 0);
    return sum + dollarsOf({ unit, quantity: Math.max(0, quantity - (priceOf(unit).free ?? 0)) });
  }, 0);
}

/** One charge for each resource and unit, in the order of their first. */
export function mergeCharges(charges: readonly Charge[]): Charge[] {
  const merged = new Map<string, Charge>();
  for (const charge of charges) {
    const key = `${charge.resource} ${charge.unit}`;
    merged.set(key, { ...charge, quantity: charge.quantity + (merged.get(key)?.quantity ?? 0) });
  }
  return [...merged.values()].filter(({ quantity }) => quantity > 0);
}

/** `S3 0.25, Lambda 0.11, …`, the dearest first; what is below a tenth of a cent is left out. */
export function describeBill(charges: readonly Charge[]): string {
  return sumByService(charges)
    .filter(([, dollars]) => dollars >= 0.001)
    .map(([service, dollars]) => `${service} ${dollars.toFixed(3)}`)
    .join(", ");
}

/** The dearest first. */
export function sumByService(charges: readonly Charge[]): [service: string, dollars: number][] {
  const services = new Map<string, number>();
  for (const charge of charges) {
    const { service } = priceOf(charge.unit);
    services.set(service, (services.get(service) ?? 0) + dollarsOf(charge));
  }
  return [...services].sort(([, a], [, b]) => b - a);
}
