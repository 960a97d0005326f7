//! Non-maximum suppression: of boxes that overlap, the one with the highest score stays.

use std::collections::BTreeMap;

use tch::{Device, Kind, Tensor};

use super::{floats, places, wholes};

/// torchvision.ops.nms: places of the boxes that stay, by falling score; of equal scores the earlier box goes first.
/// A box goes when its overlap with one that stays is above `max_iou`.
pub fn nms(boxes: &Tensor, scores: &Tensor, max_iou: f64) -> Tensor {
    if boxes.size()[0] == 0 {
        return places(&[], boxes.device());
    }
    let (_, order) = scores.sort_stable(true, 0, true);
    if boxes.device() == Device::Cpu {
        let ranked = Ranked::new(&floats(&boxes.index_select(0, &order)));
        places(&wholes(&order.index_select(0, &places(&ranked.kept(max_iou), Device::Cpu))), Device::Cpu)
    } else {
        let kept = kept_of_ranked(&boxes.index_select(0, &order).to_kind(Kind::Float), max_iou);
        order.masked_select(&kept)
    }
}

/// torchvision.ops.batched_nms: boxes of different classes (n, whole numbers) do not touch each other.
///
/// torchvision goes one of two ways by the number of boxes, and the coordinates of the first are rounded differently;
/// so do we, or near-threshold boxes would differ. Of equal scores the earlier box goes first in both; torchvision's second
/// way leaves that to chance.
pub fn batched_nms(boxes: &Tensor, scores: &Tensor, classes: &Tensor, max_iou: f64) -> Tensor {
    let is_cpu = boxes.device() == Device::Cpu;
    if boxes.numel() == 0 {
        return places(&[], boxes.device());
    }
    if boxes.numel() <= if is_cpu { 4_000 } else { 100_000 } {
        // Every class is moved to a place of its own.
        let offsets = classes.to_kind(boxes.kind()) * (boxes.max() + 1.0);
        return nms(&(boxes + offsets.unsqueeze(1)), scores, max_iou);
    }
    let (_, order) = scores.sort_stable(true, 0, true);
    let order_here = wholes(&order);
    let sorted = boxes.index_select(0, &order);
    // Places among the sorted boxes, by class.
    let mut ranks: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (rank, class) in wholes(&classes.index_select(0, &order)).into_iter().enumerate() {
        ranks.entry(class).or_default().push(rank as i64);
    }
    let mut stays = vec![false; order_here.len()];
    let corners = if is_cpu { floats(&sorted) } else { Vec::new() };
    for ranks in ranks.values() {
        let kept = if is_cpu {
            let of_class: Vec<f32> = ranks.iter().flat_map(|&r| &corners[4 * r as usize..][..4]).copied().collect();
            Ranked::new(&of_class).kept(max_iou)
        } else {
            let of_class = sorted.index_select(0, &places(ranks, boxes.device())).to_kind(Kind::Float);
            wholes(&super::places_where(&kept_of_ranked(&of_class, max_iou)))
        };
        for place in kept {
            stays[ranks[place as usize] as usize] = true;
        }
    }
    let kept: Vec<i64> =
        order_here.into_iter().zip(stays).filter_map(|(place, stays)| stays.then_some(place)).collect();
    places(&kept, boxes.device())
}

/// Boxes by falling score, one list a coordinate, which the compiler turns into wide instructions.
struct Ranked {
    x1: Vec<f32>,
    y1: Vec<f32>,
    x2: Vec<f32>,
    y2: Vec<f32>,
    areas: Vec<f32>,
}

impl Ranked {
    /// From x1, y1, x2, y2 of each box.
    fn new(corners: &[f32]) -> Self {
        let column = |c: usize| corners.iter().skip(c).step_by(4).copied().collect::<Vec<f32>>();
        let [x1, y1, x2, y2] = [column(0), column(1), column(2), column(3)];
        let areas = corners.chunks_exact(4).map(|b| (b[2] - b[0]) * (b[3] - b[1])).collect();
        Self { x1, y1, x2, y2, areas }
    }

    /// Ranks that stay, rising.
    fn kept(&self, max_iou: f64) -> Vec<i64> {
        let len = self.areas.len();
        let limit = largest_f32_at_most(max_iou);
        let mut is_gone = vec![false; len];
        let mut kept = Vec::new();
        for i in 0..len {
            if is_gone[i] {
                continue;
            }
            kept.push(i as i64);
            let [x1, y1, x2, y2, area] = [self.x1[i], self.y1[i], self.x2[i], self.y2[i], self.areas[i]];
            let rest = i + 1..len;
            let others = self.x1[rest.clone()].iter().zip(&self.y1[rest.clone()]).zip(&self.x2[rest.clone()]);
            let others = others.zip(&self.y2[rest.clone()]).zip(&self.areas[rest.clone()]);
            for (gone, ((((&ox1, &oy1), &ox2), &oy2), &other_area)) in is_gone[rest].iter_mut().zip(others) {
                // The order of operations is torchvision's, so that the last bit is the same.
                let width = larger(0.0, smaller(x2, ox2) - larger(x1, ox1));
                let height = larger(0.0, smaller(y2, oy2) - larger(y1, oy1));
                let common = width * height;
                *gone |= common / (area + other_area - common) > limit;
            }
        }
        kept
    }
}

/// C++'s std::max and std::min, which are one instruction each; `f32::max` also looks for NaN.
fn larger(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}

fn smaller(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

/// torchvision compares a 32-bit overlap with a 64-bit limit; `overlap > limit` comes out the same with this.
fn largest_f32_at_most(limit: f64) -> f32 {
    let near = limit as f32;
    if f64::from(near) > limit { near.next_down() } else { near }
}

/// Which of the boxes, by falling score, stay (n, bool), by tensor operations alone: for devices where a loop on the CPU
/// would wait for the boxes to arrive.
///
/// "Stays unless a better one that stays overlaps it", said of all boxes at once and repeated until nothing changes: after
/// k rounds the first k boxes are right for good, so it ends at the same answer as the loop, mostly within ten rounds.
/// (Zheng et al., "Enhancing Geometric Factors in Model Learning and Inference", 2021, prove it for Cluster-NMS.)
fn kept_of_ranked(boxes: &Tensor, max_iou: f64) -> Tensor {
    const ROWS: i64 = 2048;
    let len = boxes.size()[0];
    let low = boxes.slice(1, 0, 2, 1);
    let high = boxes.slice(1, 2, 4, 1);
    let areas = (&high - &low).prod_dim_int(1, false, Kind::Float);
    // Rows at a time: the pairwise corners take 16 bytes a pair, the answer one.
    let overlaps: Vec<Tensor> = (0..len)
        .step_by(ROWS as usize)
        .map(|from| {
            let count = ROWS.min(len - from);
            let [low_i, high_i] = [&low, &high].map(|t| t.narrow(0, from, count).unsqueeze(1));
            let sides = (high_i.minimum(&high.unsqueeze(0)) - low_i.maximum(&low.unsqueeze(0))).clamp_min(0.0);
            let common = sides.prod_dim_int(2, false, Kind::Float);
            let union = areas.narrow(0, from, count).unsqueeze(1) + areas.unsqueeze(0) - &common;
            (common / union).gt(max_iou).triu(from + 1)
        })
        .collect();
    let overlaps = Tensor::cat(&overlaps, 0);
    let mut kept = Tensor::ones([len], (Kind::Bool, boxes.device()));
    loop {
        let next = overlaps.logical_and(&kept.unsqueeze(1)).any_dim(0, false).logical_not();
        if next.equal(&kept) {
            return kept;
        }
        kept = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula;

    fn random_boxes(len: i64, name: &str) -> (Tensor, Tensor) {
        let values = Tensor::from_slice(&formula::noise(name, 5 * len as usize)).reshape([len, 5]);
        let corner = values.slice(1, 0, 2, 1) * 100.0 + 100.0;
        let sides = values.slice(1, 2, 4, 1).abs() * 60.0;
        let scores = (values.select(1, 4) * 50.0).round() / 50.0;
        (Tensor::cat(&[&corner, &(&corner + sides)], 1), scores)
    }

    #[test]
    fn the_version_of_tensor_operations_keeps_the_same_boxes_as_the_loop() {
        for (len, max_iou) in [(1, 0.5), (300, 0.5), (300, 0.05), (2500, 0.3)] {
            let (boxes, scores) = random_boxes(len, "loop and tensors");
            let (_, order) = scores.sort_stable(true, 0, true);
            let kept = wholes(&order.masked_select(&kept_of_ranked(&boxes.index_select(0, &order), max_iou)));
            assert!(len == 1 || kept.len() < len as usize);
            assert_eq!(kept, wholes(&nms(&boxes, &scores, max_iou)));
        }
    }

    #[test]
    fn a_limit_between_two_floats_is_met_from_below() {
        assert_eq!(largest_f32_at_most(0.5), 0.5);
        for limit in [0.7, 0.3, 0.1, 0.65] {
            let near = largest_f32_at_most(limit);
            assert!(f64::from(near) <= limit && f64::from(near.next_up()) > limit);
        }
    }
}
