import { describe, expect, it } from 'vitest'
import { cameraFor, moved, pictureHref, placeAt, sheetHref, viewBounds, zoomed } from './picture'

const CITY: [number, number, number, number] = [120.3, 30.3, 121.3, 31.05]
const size = { width: 900, height: 500 }
const camera = { zoom: 12, lat: 30.75, lon: 120.75 }

describe('the ground of a picture', () => {
  it('has the camera in its middle and grows with the picture', () => {
    const [west, south, east, north] = viewBounds(camera, size)
    expect((west + east) / 2).toBeCloseTo(camera.lon, 9)
    expect(south).toBeLessThan(camera.lat)
    expect(north).toBeGreaterThan(camera.lat)
    // 512 × 2¹² pixels are the way around the world.
    expect(east - west).toBeCloseTo((900 / (512 * 4096)) * 360, 9)
  })

  it('holds the whole city when fitted', () => {
    const [west, south, east, north] = viewBounds(cameraFor(CITY, size), size)
    expect(west).toBeLessThanOrEqual(CITY[0])
    expect(south).toBeLessThanOrEqual(CITY[1])
    expect(east).toBeGreaterThanOrEqual(CITY[2])
    expect(north).toBeGreaterThanOrEqual(CITY[3])
  })

  it('is clicked where it is seen', () => {
    const [west, , , north] = viewBounds(camera, size)
    expect(placeAt(camera, size, 0, 0)).toEqual({ lon: west, lat: north })
    const middle = placeAt(camera, size, 450, 250)
    expect(middle.lon).toBeCloseTo(camera.lon, 9)
    expect(middle.lat).toBeCloseTo(camera.lat, 9)
  })
})

it('moving there and back ends where it began', () => {
  const there = moved(camera, 200, -120, CITY)
  expect(there.lon).toBeGreaterThan(camera.lon)
  expect(there.lat).toBeGreaterThan(camera.lat)
  const back = moved(there, -200, 120, CITY)
  expect(back.lon).toBeCloseTo(camera.lon, 9)
  expect(back.lat).toBeCloseTo(camera.lat, 9)
})

it('the middle never leaves the city, and the zoom never its range', () => {
  expect(moved({ ...camera, zoom: 7 }, 1e6, 1e6, CITY)).toMatchObject({ lon: 121.3, lat: 30.3 })
  expect(zoomed({ ...camera, zoom: 19.5 }, 1).zoom).toBe(20)
  expect(zoomed({ ...camera, zoom: 7.5 }, -1).zoom).toBe(7)
})

it('picture and sheet are asked for by the same ground, layers and selection', () => {
  const selection = { register: 'parcel', division: '330402', code: 'P 1' } as const
  const drawing = { camera, size, layers: ['underused', 'divisions'] as const, selection }
  const picture = new URL(pictureHref(drawing), 'http://host').searchParams
  const sheet = new URL(sheetHref(drawing), 'http://host').searchParams
  expect(picture.get('layout')).toBe('bare')
  expect(picture.get('width')).toBe('900')
  expect(sheet.get('format')).toBe('pdf')
  for (const shared of ['bbox', 'layers', 'selected']) expect(sheet.get(shared)).toBe(picture.get(shared))
  expect(picture.get('selected')).toBe('parcel:330402:P 1')
  expect(picture.get('layers')).toBe('underused,divisions')
})
