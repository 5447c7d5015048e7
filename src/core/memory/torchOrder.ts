/**
 * The order in which `torch.topk(values, n, largest=False)` gives equal values on a CPU: it decides which of several
 * unused cells a DNC writes to first. ATen's topk runs std::nth_element for the last place, then std::sort over the rest;
 * both follow libstdc++ (bits/stl_algo.h): median of three, unguarded partition, insertion sort below 16.
 */

/** Below this many elements, std::sort leaves the work to insertion sort. */
const threshold = 16;

/** Places of `values` from the smallest to the largest. */
export function leastFirst(values: Float32Array): Uint32Array {
  const order = Uint32Array.from(values, (_, place) => place);
  if (order.length > 0) selectLast(order, values);
  sort(
    order,
    values,
    0,
    order.length - 1,
    2 * Math.floor(Math.log2(Math.max(1, order.length - 1))),
  );
  insertionSort(order, values, 0, order.length - 1);
  return order;
}

/** std::nth_element for the last place of all. */
function selectLast(order: Uint32Array, values: Float32Array): void {
  let first = 0;
  const last = order.length;
  while (last - first > 3) first = partition(order, values, first, last);
  insertionSort(order, values, first, last);
}

/** std::sort's introsort loop over first … last - 1; runs of at most 16 stay for insertion sort. */
function sort(
  order: Uint32Array,
  values: Float32Array,
  first: number,
  last: number,
  depth: number,
): void {
  let end = last;
  for (let left = depth; end - first > threshold && left > 0; left--) {
    const cut = partition(order, values, first, end);
    sort(order, values, cut, end, left - 1);
    end = cut;
  }
}

/** Partitions first … last - 1 around the median of three; gives where the upper part begins. */
function partition(order: Uint32Array, values: Float32Array, first: number, last: number): number {
  const less = (a: number, b: number) => values[order[a]!]! < values[order[b]!]!;
  const swap = (a: number, b: number) => {
    const kept = order[a]!;
    order[a] = order[b]!;
    order[b] = kept;
  };
  swap(first, median(less, first + 1, first + ((last - first) >> 1), last - 1));
  let low = first + 1;
  let high = last;
  for (;;) {
    while (less(low, first)) low++;
    high--;
    while (less(first, high)) high--;
    if (low >= high) return low;
    swap(low, high);
    low++;
  }
}

function median(less: (a: number, b: number) => boolean, a: number, b: number, c: number): number {
  if (less(a, b)) return less(b, c) ? b : less(a, c) ? c : a;
  return less(a, c) ? a : less(b, c) ? c : b;
}

function insertionSort(
  order: Uint32Array,
  values: Float32Array,
  first: number,
  last: number,
): void {
  for (let next = first + 1; next < last; next++) {
    const place = order[next]!;
    let at = next;
    for (; at > first && values[place]! < values[order[at - 1]!]!; at--) order[at] = order[at - 1]!;
    order[at] = place;
  }
}
