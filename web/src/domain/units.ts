// The only unit conversions of the application. 1 亩 = 2000/3 m² exactly; 15 亩 = 1 公顷 = 10 000 m².
// Nothing here rounds: rounding happens once, in domain/format.ts, when a number is shown.

export const SQUARE_METRES_PER_MU = 2000 / 3

/** m² → 亩. */
export function muOf(squareMetres: number): number {
  return (squareMetres * 3) / 2000
}

/** 亩 → m². */
export function squareMetresOfMu(mu: number): number {
  return (mu * 2000) / 3
}

/** m² → 公顷. */
export function hectaresOf(squareMetres: number): number {
  return squareMetres / 10_000
}
