"use strict";
const model = JSON.parse(document.getElementById("model").textContent);
const SVG = "http://www.w3.org/2000/svg";
const find = id => document.getElementById(id);

// -- the decoder, as skautoencoder has it

function floats(text) {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// y = x W + b for one row; W lies row by row
function affine(x, w, b) {
  const y = Float64Array.from(b), n = b.length;
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < n; j++) y[j] += x[i] * w[i * n + j];
  return y;
}

const logistic = x => 1 / (1 + Math.exp(-x));
const ACTIVATIONS = {
  identity: x => x,
  relu: x => Math.max(x, 0),
  gelu: x => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  silu: x => x * logistic(x),
  elu: x => x > 0 ? x : Math.expm1(x),
  softplus: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tanh: Math.tanh,
  logistic: logistic,
};

// The linear path gives a value in the data's units, which the network moves. Of a level there
// is the logarithm of a weight, which is enough to know the likeliest.
const inside = (base, most) => Math.min(Math.max(base, 1e-3), most);
const LINKS = {
  identity: (base, moved, scale) => base + moved * scale,
  logit: (base, moved) => {
    const p = inside(base, 0.999);
    return logistic(Math.log(p / (1 - p)) + moved);
  },
  weight: (base, moved) => Math.log(inside(base, 0.999)) + moved,
  rate: (base, moved, scale, mean, highest) => {
    const rate = inside(base, Infinity);
    if (highest === undefined) return rate * Math.exp(moved);
    const up = Math.log(Math.max(highest / rate, 1));
    const down = Math.log(Math.max(rate / (1e-3 * Math.max(mean, 1e-3)), 1));
    const within = Math.min(Math.max(moved, -down), up), beyond = moved - within;
    return rate * Math.exp(within + Math.LN2 * beyond / (Math.LN2 + Math.abs(beyond)));
  },
};

function decoderOf(given) {
  const layers = given.layers.map(layer => ({ w: floats(layer.w), b: floats(layer.b) }));
  const mean = floats(given.mean), none = new Float32Array(mean.length);
  const linear = given.linear && floats(given.linear);
  const highest = given.highest ? floats(given.highest) : [];
  const activation = ACTIVATIONS[given.activation];
  const link = j => LINKS[typeof given.links === "string" ? given.links : given.links[j]];
  return code => {
    const z = code.map((value, i) => value / given.code_scale[i]);
    let x = z;
    layers.forEach((layer, i) => {
      x = affine(x, layer.w, layer.b);
      if (i < layers.length - 1) x = x.map(activation);
    });
    const path = linear ? affine(z, linear, none) : none;
    return x.map((moved, j) =>
      link(j)(path[j] * given.scale + mean[j], moved, given.scale, mean[j], highest[j]));
  };
}
const decode = model.decoder ? decoderOf(model.decoder) : () => [];

// -- values in words, as the page has those of real rows

function worded(column, row) {
  if (column.levels) {
    if (column.levels.length === 2) return column.levels[row[column.at] > 0.5 ? 1 : 0];
    const block = Array.from(row.slice(column.at, column.at + column.levels.length));
    return column.levels[block.indexOf(Math.max(...block))];
  }
  let value = row[column.at] * column.std + column.mean;
  if (column.low !== null) value = Math.min(Math.max(value, column.low), column.high);
  if (column.step !== null)
    value = column.low + column.step * Math.round((value - column.low) / column.step);
  if (column.moment) {
    const told = new Date(value).toISOString().replace("T", " ");
    return told.slice(0, -{ day: 14, minute: 8, second: 5 }[column.moment]);
  }
  if (column.decimals === null)
    return value.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2") + column.unit;
  const told = value.toFixed(column.decimals);
  return (Number(told) === 0 ? told.replace("-", "") : told) + column.unit;
}

// -- the map

const map = find("map"), [left, right, bottom, top_] = model.limits, codes = floats(model.codes);
const ROOM = { left: 52, right: 12, top: 10, bottom: 42 };  // for axes, in pixels
const NEAREST = model.near.dots.length ? Math.min(3, model.near.dots.length) : 0;
let size = 0, point = null, current = null;  // the row that is shown
let rings = [];

const across = x => ROOM.left + (x - left) / (right - left) * (size - ROOM.left - ROOM.right);
const down = y => ROOM.top + (top_ - y) / (top_ - bottom) * (size - ROOM.top - ROOM.bottom);

function draw(name, attributes, parent, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function ticks(low, high) {
  const rough = (high - low) / 7, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(s => s * power >= rough) * power;
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(i * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return found.map(value => [value, decimals > 6 ? value.toExponential(0) :
    value.toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1").replace("-", "\u2212")]);
}

function drawMap() {
  size = Math.round(map.clientWidth);
  map.replaceChildren();
  const svg = draw("svg", { width: size, height: size, "aria-hidden": "true" }, map);
  const inner = { x0: ROOM.left, x1: size - ROOM.right, y0: ROOM.top, y1: size - ROOM.bottom };
  const axes = draw("g", { class: "axes" }, svg);
  for (const [value, text] of ticks(left, right)) {
    draw("path", { d: `M${across(value)} ${inner.y0}V${inner.y1}` }, axes);
    draw("text", { x: across(value), y: inner.y1 + 16, "text-anchor": "middle" }, axes, text);
  }
  for (const [value, text] of ticks(bottom, top_)) {
    draw("path", { d: `M${inner.x0} ${down(value)}H${inner.x1}` }, axes);
    draw("text", { x: inner.x0 - 6, y: down(value) + 4, "text-anchor": "end" }, axes, text);
  }
  const middle = { x: (inner.x0 + inner.x1) / 2, y: (inner.y0 + inner.y1) / 2 };
  draw("text", { x: middle.x, y: size - 6, "text-anchor": "middle" }, axes, "component 0");
  draw("text", { "text-anchor": "middle",
    transform: `translate(13 ${middle.y}) rotate(-90)` }, axes, "component 1");
  const dots = draw("g", { class: "chart marks" }, svg), paths = model.groups.map(() => []);
  for (let i = 0; i < codes.length / 2; i++) {
    const [x, y] = [codes[2 * i], codes[2 * i + 1]];
    if (x < left || x > right || y < bottom || y > top_) continue;
    const group = model.group_of[i];
    paths[group].push(`M${across(x).toFixed(1)} ${down(y).toFixed(1)}${model.groups[group].path}`);
  }
  const order = model.groups.map((_, i) => i).reverse();  // the first on top, the rest below
  for (const i of order) draw("path", { d: paths[i].join(""), fill: model.groups[i].color }, dots);
  rings = Array.from({ length: NEAREST }, () => draw("circle", { class: "ring", r: 7 }, svg));
  const cross = draw("g", { class: "cross" }, svg);
  draw("circle", { r: 9, class: "halo" }, cross);
  draw("circle", { r: 9 }, cross);
  draw("path", { d: "M-14 0h8M6 0h8M0-14v8M0 6v8" }, cross);
}

// Which of the rows in the page are next to a place on the map, the nearest first
function nearest(z) {
  const found = model.near.dots.map((dot, number) => ({ dot, number, far: Math.hypot(
    (codes[2 * dot] - z[0]) / (right - left), (codes[2 * dot + 1] - z[1]) / (top_ - bottom)) }));
  return found.sort((one, other) => one.far - other.far).slice(0, NEAREST);
}

const calledIn = dot => "row " + model.names[dot] + (model.labels ? ", " + model.labels[dot] : "");
const cellOf = (cells, number) => cells.texts[cells.numbers[number]];

function show(z) {
  point = [Math.min(Math.max(z[0], left), right), Math.min(Math.max(z[1], bottom), top_)];
  current = decode(point);
  map.querySelector(".cross").setAttribute(
    "transform", `translate(${across(point[0])} ${down(point[1])})`);
  const near = nearest(point);
  near.forEach(({ dot }, i) => {
    rings[i].setAttribute("cx", across(codes[2 * dot]));
    rings[i].setAttribute("cy", down(codes[2 * dot + 1]));
  });
  find("place").textContent = where();
  SHOWN[model.kind](current, near);
}

const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(right - left, top_ - bottom))));
const where = () => point.map((value, i) =>
  `component ${i}: ${value.toFixed(Math.min(digits, 6)).replace("-", "\u2212")}`).join(", ");

// -- what is shown of a decoded row

const SHOWN = { table: showTable, image: showImage, profile: showProfile, nothing: () => {} };
let lines = [];  // of the table: the cells of each column

function makeTable() {
  const body = find("decoded").tBodies[0];
  lines = model.columns.map(column => {
    const row = body.insertRow(), name = document.createElement("th");
    name.scope = "row";
    name.append(document.createElement("span"));
    name.firstChild.className = "name";
    for (const word of column.name.split(/(?<=[_/.,;:|-])(?=\w)|(?<=[a-z])(?=[A-Z])/))
      name.firstChild.append(word, document.createElement("wbr"));
    row.append(name);
    return Array.from({ length: 1 + NEAREST }, () => row.insertCell());
  });
}

function showTable(row, near) {
  find("decoded").querySelectorAll("th.near").forEach((head, i) => {
    head.textContent = calledIn(near[i].dot);
  });
  model.columns.forEach((column, i) => {
    lines[i][0].textContent = worded(column, row);
    near.forEach(({ number }, k) => {
      lines[i][k + 1].textContent = cellOf(model.near.cells[i], number);
    });
  });
}

function showImage(row) {
  const [height, width] = model.image_shape, [low, high] = model.range;
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const pixels = new ImageData(width, height);
  row.forEach((value, i) => {
    const grey = 255 * (1 - Math.min(1, Math.max(0, (value - low) / (high - low))));
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  });
  small.getContext("2d").putImageData(pixels, 0, 0);
  const canvas = find("decoded"), pen = canvas.getContext("2d");
  canvas.height = Math.round(canvas.width * height / width);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, canvas.width, canvas.height);
}

function showProfile(row) {
  const canvas = find("decoded"), pen = canvas.getContext("2d"), [low, high] = model.range;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = "#0072B2";
  pen.lineWidth = 2;
  pen.beginPath();
  row.forEach((value, i) => pen.lineTo(
    canvas.width * (0.03 + 0.94 * i / Math.max(1, row.length - 1)),
    canvas.height * (0.97 - 0.94 * (value - low) / (high - low))));
  pen.stroke();
}

// -- hands: pointer, finger, keys

function placeOf(event) {
  const box = map.getBoundingClientRect();
  const x = (event.clientX - box.left - ROOM.left) / (size - ROOM.left - ROOM.right);
  const y = (event.clientY - box.top - ROOM.top) / (size - ROOM.top - ROOM.bottom);
  return [left + x * (right - left), top_ - y * (top_ - bottom)];
}

// A finger that goes up or down scrolls the page; one that taps or goes sideways moves the point.
map.addEventListener("pointermove", event => show(placeOf(event)));
map.addEventListener("click", event => show(placeOf(event)));

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

map.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEPS[event.key], share = event.shiftKey ? 0.1 : 0.02;
  if (step)
    show([point[0] + step[0] * share * (right - left), point[1] + step[1] * share * (top_ - bottom)]);
  else if (event.key === "Home") show(middle);
  else if (event.key === "Enter" && NEAREST) {
    const [{ dot }] = nearest(point);
    show([codes[2 * dot], codes[2 * dot + 1]]);
  } else return;
  event.preventDefault();
  tellSoon();
});

// What a screen reader says once the point rests
const MOST_TOLD = 8;
let waiting = 0;

function tellSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const values = model.columns.slice(0, MOST_TOLD).map(column =>
      column.name + " " + worded(column, current));
    const near = nearest(point).slice(0, 1).map(({ dot }) => "nearest is " + calledIn(dot));
    find("told").textContent = [where(), ...near, ...values].join("; ") + ".";
  }, 250);
}

// -- the start

const middle = [0.5 * (left + right), 0.5 * (bottom + top_)];
if (model.kind === "table") makeTable();
drawMap();
show(middle);
new ResizeObserver(() => {
  if (Math.round(map.clientWidth) === size) return;
  drawMap();
  show(point);
}).observe(map);
