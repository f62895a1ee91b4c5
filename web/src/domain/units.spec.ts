import { expect, it } from 'vitest'
import { SQUARE_METRES_PER_MU, hectaresOf, muOf, squareMetresOfMu } from './units'

it('three mu are two thousand square metres', () => {
  expect(muOf(2000)).toBe(3)
  expect(squareMetresOfMu(3)).toBe(2000)
})

it('fifteen mu are one hectare', () => {
  expect(hectaresOf(squareMetresOfMu(15))).toBe(1)
})

it('the constant and the conversions agree', () => {
  expect(squareMetresOfMu(1)).toBeCloseTo(SQUARE_METRES_PER_MU, 10)
  expect(muOf(squareMetresOfMu(16_000))).toBe(16_000)
})
