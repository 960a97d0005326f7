//! The cheapest way to give every box a proposal of its own: the linear assignment problem. Kuhn's Hungarian method in the
//! form of Jonker and Volgenant (1987): one shortest path a row.

/// For costs (rows, columns), row by row, with no more rows than columns: the column of each row. Costs that are no
/// numbers count as large ones.
///
/// # Panics
/// With more rows than columns.
pub fn cheapest(costs: &[f32], rows: usize, columns: usize) -> Vec<usize> {
    const LARGE: f64 = 1e12;
    assert!(rows <= columns, "every row needs a column of its own");
    let cost = |row: usize, column: usize| {
        let cost = f64::from(costs[row * columns + column]);
        if cost.is_finite() { cost } else { LARGE }
    };
    // Prices; column 0 stands for "none yet", so that rows and columns count from 1.
    let mut of_row = vec![0.0; rows + 1];
    let mut of_column = vec![0.0; columns + 1];
    let mut owner = vec![0; columns + 1];
    for row in 1..=rows {
        owner[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; columns + 1];
        let mut before = vec![0; columns + 1];
        let mut is_done = vec![false; columns + 1];
        while owner[column] != 0 {
            is_done[column] = true;
            let from = owner[column];
            let mut step = f64::INFINITY;
            let mut next = 0;
            for other in 1..=columns {
                if is_done[other] {
                    continue;
                }
                let reduced = cost(from - 1, other - 1) - of_row[from] - of_column[other];
                if reduced < least[other] {
                    least[other] = reduced;
                    before[other] = column;
                }
                if least[other] < step {
                    step = least[other];
                    next = other;
                }
            }
            for other in 0..=columns {
                if is_done[other] {
                    of_row[owner[other]] += step;
                    of_column[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            owner[column] = owner[before[column]];
            column = before[column];
        }
    }
    let mut chosen = vec![0; rows];
    for (column, &row) in owner.iter().enumerate().skip(1) {
        if row > 0 {
            chosen[row - 1] = column - 1;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula;

    /// Tries every way.
    fn least_of_all(costs: &[f32], columns: usize, row: usize, taken: &mut Vec<usize>) -> f64 {
        if (row + 1) * columns > costs.len() {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for column in 0..columns {
            if !taken.contains(&column) {
                taken.push(column);
                let rest = least_of_all(costs, columns, row + 1, taken);
                least = least.min(f64::from(costs[row * columns + column]) + rest);
                taken.pop();
            }
        }
        least
    }

    #[test]
    fn no_other_assignment_is_cheaper() {
        for case in 0..60 {
            let (rows, columns) = (case % 5, 5 + case % 3);
            let costs = formula::noise(&format!("costs {case}"), rows * columns);
            let chosen = cheapest(&costs, rows, columns);
            let mut sorted = chosen.clone();
            sorted.sort_unstable();
            assert!(sorted.is_sorted_by(|a, b| a < b), "{chosen:?}");
            let sum: f64 = chosen.iter().enumerate().map(|(row, c)| f64::from(costs[row * columns + c])).sum();
            let least = least_of_all(&costs, columns, 0, &mut Vec::new());
            assert!((sum - least).abs() < 1e-6, "{sum} {least}");
        }
        assert_eq!(cheapest(&[f32::NAN; 4], 2, 2).len(), 2);
    }
}
