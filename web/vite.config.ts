/// <reference types="vitest/config" />
// The build of the map application: no CDN, no external request, nothing inlined that a strict CSP would refuse.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vite'

const server = process.env['MUJUN_URL'] ?? 'http://127.0.0.1:8080'
const proxied = Object.fromEntries(['/api', '/tiles', '/collections'].map((path) => [path, { target: server }]))

export default defineConfig({
  plugins: [
    vue(),
    Components({ dirs: [], dts: 'src/components.d.ts', resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: proxied, host: '127.0.0.1' },
  optimizeDeps: { exclude: ['maplibre-gl'] },
  worker: { format: 'es' },
  build: {
    target: ['chrome97', 'firefox100', 'safari15'],
    // An inlined asset would be a data: URL, which the CSP allows for pictures only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/]maplibre-gl[\\/]/ },
            { name: 'echarts', test: /node_modules[\\/](?:echarts|zrender)[\\/]/ },
            { name: 'terra-draw', test: /node_modules[\\/]terra-draw/ },
            { name: 'element-plus', test: /node_modules[\\/](?:element-plus|@element-plus)[\\/]/ },
            { name: 'vue', test: /node_modules[\\/](?:@vue|vue|vue-router)[\\/]/ },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.spec.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
