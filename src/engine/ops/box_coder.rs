//! Boxes as a network says them: how far an anchor has to move and to grow. Ren et al., "Faster R-CNN", 2015, section 3.1.2.

use tch::Tensor;

/// torchvision's BoxCoder. A size never grows more than 1000 / 16 fold, which keeps the exponential finite.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BoxCoder {
    /// What dx, dy, dw and dh are multiplied by.
    pub weights: [f64; 4],
}

impl BoxCoder {
    /// Region proposals, RetinaNet.
    pub const PLAIN: Self = Self { weights: [1.0; 4] };
    /// The box head of Faster R-CNN.
    pub const BOX_HEAD: Self = Self { weights: [10.0, 10.0, 5.0, 5.0] };

    /// What a network should say of `anchors` (n, 4) so that `boxes` (n, 4) come out: (n, 4).
    pub fn encode(&self, boxes: &Tensor, anchors: &Tensor) -> Tensor {
        let [x, y, w, h] = centre_and_size(boxes);
        let [anchor_x, anchor_y, anchor_w, anchor_h] = centre_and_size(anchors);
        let [wx, wy, ww, wh] = self.weights;
        let dx = (x - anchor_x) * wx / &anchor_w;
        let dy = (y - anchor_y) * wy / &anchor_h;
        let dw = (w / anchor_w).log() * ww;
        let dh = (h / anchor_h).log() * wh;
        Tensor::stack(&[dx, dy, dw, dh], 1)
    }

    /// Boxes from `deltas` (n, 4 * k) and `anchors` (n, 4): (n, k, 4).
    pub fn decode(&self, deltas: &Tensor, anchors: &Tensor) -> Tensor {
        let max_growth = (1000.0f64 / 16.0).ln();
        let [x, y, w, h] = centre_and_size(anchors).map(|t| t.unsqueeze(1));
        let part = |no: usize| {
            let part = deltas.slice(1, no as i64, None, 4);
            if self.weights[no] == 1.0 { part } else { part / self.weights[no] }
        };
        let centre_x = part(0) * &w + x;
        let centre_y = part(1) * &h + y;
        let half_w = part(2).clamp_max(max_growth).exp() * w * 0.5;
        let half_h = part(3).clamp_max(max_growth).exp() * h * 0.5;
        Tensor::stack(&[&centre_x - &half_w, &centre_y - &half_h, centre_x + half_w, centre_y + half_h], 2)
    }
}

/// x and y of the centre, width, height, each (n).
fn centre_and_size(boxes: &Tensor) -> [Tensor; 4] {
    let at = |column: i64| boxes.select(1, column);
    let [w, h] = [at(2) - at(0), at(3) - at(1)];
    [at(0) + &w * 0.5, at(1) + &h * 0.5, w, h]
}
