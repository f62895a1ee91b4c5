import { expect, it } from 'vitest'
import { hasWebGl2 } from './webgl'

const canvas = (getContext: () => unknown) => ({ getContext }) as unknown as HTMLCanvasElement

it('a browser that gives no context cannot draw the map', () => {
  expect(hasWebGl2(canvas(() => null))).toBe(false)
})

it('a browser that throws cannot draw the map', () => {
  expect(
    hasWebGl2(
      canvas(() => {
        throw new Error('refused')
      }),
    ),
  ).toBe(false)
})

it('the context of the probe is given back', () => {
  let lost = 0
  const context = { getExtension: () => ({ loseContext: () => (lost += 1) }) }
  expect(hasWebGl2(canvas(() => context))).toBe(true)
  expect(lost).toBe(1)
})
