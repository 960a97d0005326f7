//! What a format can't hold, counted, and said in sentences.

/// What was not written, or not as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lost {
    /// Points and lines: they have no area, and the format knows none.
    pub points_and_lines: usize,
    /// Polygons and masks, written as the smallest box around each.
    pub as_boxes: usize,
    /// Marks whose severity, level, certainty or note is not written.
    pub attributes: usize,
    /// Shapes with several labels, written as several shapes.
    pub shared_shapes: usize,
    /// Answers about films, series and studies.
    pub answers: usize,
    /// Answers "absent" and "unsure" of a format that only knows what is present.
    pub answers_not_present: usize,
    /// Readings of films whose size is not known, where the format needs it.
    pub without_size: usize,
    /// Readings that say nothing, where the format would say "No finding" by that.
    pub silent: usize,
    /// Readings whose reader found the film unfit to be read.
    pub unfit: usize,
    /// Readings that are not completed.
    pub unfinished: usize,
    /// Films without a picture, because their file can't be read.
    pub without_picture: usize,
}

impl Lost {
    /// A key for programs, the count, and what it means, with a hole for the count.
    pub const fn parts(&self) -> [(&'static str, usize, &'static str); 11] {
        [
            ("points_and_lines", self.points_and_lines, "{} points and lines left out: this format knows none."),
            ("shapes_as_boxes", self.as_boxes, "{} polygons and masks written as the boxes around them."),
            (
                "attributes",
                self.attributes,
                "{} marks written without severity, level, certainty and note: this format has no place for them.",
            ),
            ("shared_shapes", self.shared_shapes, "{} shapes with several labels written as several shapes."),
            ("answers", self.answers, "{} answers about whole films left out: this format holds marks only."),
            (
                "answers_not_present",
                self.answers_not_present,
                "{} answers \"absent\" or \"unsure\" left out: this format only knows what is present.",
            ),
            (
                "films_without_size",
                self.without_size,
                "{} readings left out because the film is not in the project and its size is not known.",
            ),
            ("silent", self.silent, "{} completed readings left out because they say nothing."),
            ("unfit", self.unfit, "{} readings left out because their reader found the film unfit to be read."),
            ("unfinished", self.unfinished, "{} readings left out because they are not completed."),
            ("films_without_picture", self.without_picture, "{} films without a picture: their files can't be read."),
        ]
    }

    /// One sentence for each thing that was lost.
    pub fn sentences(&self) -> Vec<String> {
        self.parts()
            .into_iter()
            .filter(|(_, num, _)| *num > 0)
            .map(|(_, num, text)| text.replacen("{}", &num.to_string(), 1))
            .collect()
    }

    pub fn add(&mut self, other: &Self) {
        self.points_and_lines += other.points_and_lines;
        self.as_boxes += other.as_boxes;
        self.attributes += other.attributes;
        self.shared_shapes += other.shared_shapes;
        self.answers += other.answers;
        self.answers_not_present += other.answers_not_present;
        self.without_size += other.without_size;
        self.silent += other.silent;
        self.unfit += other.unfit;
        self.unfinished += other.unfinished;
        self.without_picture += other.without_picture;
    }
}
