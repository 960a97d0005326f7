//! Published files in and out: pure text to domain values and back.

pub mod label_set;
pub mod csv_label_set;
pub mod csv;
pub mod csv_cell;
pub mod number;
pub mod text_hash;
pub mod table_form;
pub mod bad_row;
pub mod csv_vindr;
pub mod csv_kaggle;
pub mod csv_write;
pub mod csv_measures;
pub mod box_classes;
pub mod label_words;
mod lenient_json;
pub mod film_answers;
pub mod film_truths;
pub mod answer_lines;
pub mod answer_csv;
pub mod coco;
mod evaluation_settings;
pub mod evaluation_json;
pub mod picture;
pub mod model_card;
pub mod model_file;
mod pickle;
pub mod pth;
