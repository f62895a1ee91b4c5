# 亩均 mujun：全部开发命令。不带参数的 `make` 列出它们。
# Everything here is idempotent; set-up steps that are already done cost a second.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup web build run test fuzz bench lint fmt sample clean

PARCELS ?= 3000
SEED    ?= 20230330
DATA    ?= data
PORT    ?= 8080

help: ## 列出命令
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: ## 安装系统软件包（PostGIS、GDAL、PROJ、Chromium、中文字体）与 Node
	@scripts/setup.sh

web: setup ## 构建地图应用（web/dist）
	@scripts/web.sh

build: web ## 构建程序：target/release/mujun
	@scripts/step.sh "编译 mujun（release）" cargo build --release --locked

run: build ## 一切就绪并启动：示例城市，http://127.0.0.1:8080
	@exec target/release/mujun up --data $(DATA) --sample --parcels $(PARCELS) --seed $(SEED) --listen 127.0.0.1:$(PORT)

test: web ## 运行全部测试（含 Chromium 端到端）
	@scripts/test.sh

fuzz: setup ## 解析器的随机字节测试，每项一分钟（MUJUN_FUZZ_SECONDS）
	@scripts/fuzz.sh

bench: build ## 性能对比：与同类在同一次运行中比较，打印比值（PARCELS=1000000 为全市规模）
	@MUJUN_BENCH_PARCELS=$(if $(filter command line,$(origin PARCELS)),$(PARCELS),100000) scripts/bench.sh

lint: web ## 格式、clippy、文档、类型检查
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	cd web && PATH="$$(../scripts/node.sh):$$PATH" npm run lint

fmt: ## 统一格式
	cargo fmt --all

sample: build ## 生成示例城市文件到 sample/（PARCELS=、SEED=）
	target/release/mujun sample --out sample --parcels $(PARCELS) --seed $(SEED)

clean: ## 删除构建产物与示例数据文件夹（不动系统软件包）
	rm -rf target web/dist web/node_modules web/e2e/artifacts sample .cache
	@echo "数据文件夹 $(DATA)/ 未删除；如需删除请先停止服务再手动删除。"
