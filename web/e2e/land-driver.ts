// What a clerk does, in the words of the domain: open the map, click a parcel, read a reason. Specs speak to this, not to the browser.
import { readFile } from 'node:fs/promises'
import type { Finding, Kind, Page as ListPage, ParcelCard, ParcelItem, Summary } from '../src/api/types'
import { ARTIFACTS, type Download, type Page, SERVER, axeSource, expect } from './browser'

/** What axe found, cut to what a person needs to mend it. */
export interface Fault {
  rule: string
  help: string
  where: string[]
}

interface MapHook {
  once(event: string, listener: () => void): void
  triggerRepaint(): void
  queryRenderedFeatures(geometry: unknown, options: { layers: string[] }): { properties: Record<string, unknown>; id?: number }[]
  getFeatureState(feature: object): { selected?: boolean }
  project(place: [number, number]): { x: number; y: number }
  getCanvas(): HTMLCanvasElement
}
type Hooked = { __map?: MapHook }

export class LandDriver {
  constructor(readonly page: Page) {}

  /** The answer of the server's own API, beside what the page shows. */
  async api<T>(path: string): Promise<T> {
    const answer = await this.page.request.get(`${SERVER}${path}`)
    expect(answer.ok(), `${path}: HTTP ${answer.status()}`).toBe(true)
    return (await answer.json()) as T
  }

  summary = () => this.api<Summary>('/api/v1/summary')
  card = ({ division_code, parcel_code }: Pick<ParcelItem, 'division_code' | 'parcel_code'>) =>
    this.api<ParcelCard>(`/api/v1/parcels/${division_code}/${encodeURIComponent(parcel_code)}`)

  /** The largest parcel marked with that kind. */
  async flaggedParcel(kind: Kind): Promise<ParcelItem> {
    const { items } = await this.api<ListPage<ParcelItem>>(`/api/v1/parcels?kind=${kind}&sort=-area&limit=1`)
    const [parcel] = items
    if (!parcel) throw new Error(`the city has no parcel of kind ${kind}`)
    return parcel
  }

  async openMap(query = ''): Promise<void> {
    await this.page.goto(`/map${query}`)
    await this.mapIsIdle()
  }

  /** Waits until the map has drawn everything that it wants to draw. */
  async mapIsIdle(): Promise<void> {
    await this.page.waitForFunction(() => (window as unknown as Hooked).__map !== undefined, undefined, { timeout: 30_000 })
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const map = (window as unknown as Hooked).__map
          if (!map) return reject(new Error('the map is gone'))
          setTimeout(() => reject(new Error('the map was not idle within 30 s')), 30_000)
          map.once('idle', () => resolve())
          map.triggerRepaint()
        }),
    )
  }

  /** The properties of what is drawn at a place, in the given style layers. */
  drawnAt(lon: number, lat: number, layers: string[]): Promise<Record<string, unknown>[]> {
    return this.page.evaluate(
      ([x, y, names]) => {
        const map = (window as unknown as Hooked).__map
        if (!map) return []
        const { x: px, y: py } = map.project([x, y])
        return map.queryRenderedFeatures([px, py], { layers: names }).map(({ properties }) => properties)
      },
      [lon, lat, layers] as const,
    )
  }

  /** Clicks the map with the mouse at a place on the ground. */
  async clickMapAt(lon: number, lat: number): Promise<void> {
    const point = await this.screenPointOf(lon, lat)
    await this.page.mouse.click(point.x, point.y)
  }

  screenPointOf(lon: number, lat: number): Promise<{ x: number; y: number }> {
    return this.page.evaluate(
      ([x, y]) => {
        const map = (window as unknown as Hooked).__map
        if (!map) throw new Error('there is no map')
        const box = map.getCanvas().getBoundingClientRect()
        const at = map.project([x, y])
        return { x: box.left + at.x, y: box.top + at.y }
      },
      [lon, lat] as const,
    )
  }

  /** The business codes outlined as selected among what is drawn. */
  outlined(layer: 'parcels' | 'leftovers' | 'projects', styleLayer: string): Promise<unknown[]> {
    return this.page.evaluate(
      ([sourceLayer, name]) => {
        const map = (window as unknown as Hooked).__map
        if (!map) return []
        const features = map.queryRenderedFeatures(undefined, { layers: [name] })
        return features
          .filter(({ id }) => map.getFeatureState({ source: 'city', sourceLayer, id }).selected === true)
          .map(({ properties }) => properties['parcel_code'] ?? properties['approval_number'] ?? properties['project_code'])
      },
      [layer, styleLayer] as const,
    )
  }

  openCard = (code: string) => this.page.locator(`[data-card="${code}"]`)
  reason = (rule: string) => this.page.locator(`details[data-rule="${rule}"]`)

  /** The finding that made the flag of a kind. */
  async flagOf(parcel: ParcelItem, kind: Kind): Promise<Finding> {
    const { findings } = await this.card(parcel)
    const flag = findings.find((finding) => finding.flag === kind)
    if (!flag) throw new Error(`parcel ${parcel.parcel_code} has no finding with flag ${kind}`)
    return flag
  }

  async downloaded<T>(click: () => Promise<void>): Promise<T> {
    const [download]: [Download, void] = await Promise.all([this.page.waitForEvent('download'), click()])
    return JSON.parse(await readFile(await download.path(), 'utf8')) as T
  }

  async checkExample(name: 'unmet' | 'undetermined' | 'met'): Promise<void> {
    await this.page.locator(`[data-example="${name}"]`).click()
    await this.page.locator('[data-action="check"]').click()
  }

  overallVerdict = () => this.page.locator('[data-figure="verdict"] [data-verdict]')

  /** Draws a polygon of screen points with the mouse: each corner once, the last one again. */
  async drawPolygon(corners: readonly { x: number; y: number }[]): Promise<void> {
    const last = corners.at(-1)
    for (const { x, y } of [...corners, ...(last ? [last] : [])]) {
      await this.page.mouse.move(x, y, { steps: 3 })
      await this.page.mouse.click(x, y, { delay: 30 })
    }
  }

  async accessibilityFaults(): Promise<Fault[]> {
    await this.page.evaluate(axeSource())
    return this.page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(context: unknown, options: object): Promise<{ violations: { id: string; help: string; nodes: { target: string[] }[] }[] }> }
      }
      const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] })
      return violations.map(({ id, help, nodes }) => ({
        rule: id,
        help,
        where: nodes.slice(0, 5).map(({ target }) => target.join(' ')),
      }))
    })
  }

  async keepPicture(name: string): Promise<void> {
    await this.page.screenshot({ path: `${ARTIFACTS}${name}.png` })
  }
}
