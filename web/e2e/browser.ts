// The only file that imports Playwright. Starts nothing of its own: the server's address comes from MUJUN_URL.
// Every test fails on a console error, an uncaught error, or a request that leaves the server's own origin.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Download, type Page, type PlaywrightTestConfig, test as base, expect } from '@playwright/test'

export { expect }
export type { Download, Page, PlaywrightTestConfig as Config }

/** Where the server is; the run script starts it and says so. */
export const SERVER = process.env['MUJUN_URL'] ?? 'http://127.0.0.1:8080'

/** Where pictures for people to look at are put. */
export const ARTIFACTS = new URL('./artifacts/', import.meta.url).pathname

/** What no page may do. */
export interface Complaints {
  console: string[]
  offOrigin: string[]
}

export const test = base.extend<{ complaints: Complaints }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: Complaints = { console: [], offOrigin: [] }
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.console.push(message.text())
      })
      page.on('pageerror', (error) => complaints.console.push(String(error.stack ?? error)))
      page.on('request', (request) => {
        const url = new URL(request.url())
        if (['http:', 'https:'].includes(url.protocol) && url.origin !== new URL(SERVER).origin) {
          complaints.offOrigin.push(request.url())
        }
      })
      await use(complaints)
      expect(complaints.console, 'console errors').toEqual([])
      expect(complaints.offOrigin, 'requests to other origins').toEqual([])
    },
    { auto: true },
  ],
})

/** The source of axe-core: evaluated in the page, since the CSP refuses an added script. */
export function axeSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
}
