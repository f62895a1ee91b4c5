// One worker, the system's Chromium, software WebGL. A second project has 3D switched off: the list must do without the map.
import type { Config } from './browser'

const args = [
  // Needed where Chromium runs as root, as in many CI containers.
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const withWebGl = { launchOptions: { executablePath, args: [...args, '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] } }
const withoutWebGl = { launchOptions: { executablePath, args: [...args, '--disable-3d-apis'] } }

const config: Config = {
  testDir: '.',
  outputDir: './artifacts/results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env['MUJUN_URL'] ?? 'http://127.0.0.1:8080',
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    trace: 'retain-on-failure',
    video: 'off',
  },
  projects: [
    { name: 'webgl', testIgnore: /without-webgl/, use: withWebGl },
    { name: 'no-webgl', testMatch: /without-webgl/, use: withoutWebGl },
  ],
}
export default config
