//! A person while they are added or changed: id, name, roles, experience, certificate, PIN, and whether they left.

use egui::{Grid, RichText, TextEdit, Ui, WidgetInfo};

use crate::domain::id::ReaderId;
use crate::domain::people::{MOST_PIN, Pin, PinError, Reader, Role, Roles};
use crate::session::Command;
use crate::session::team::{PeopleCommand, TeamCommand};
use crate::ui::role_words::{role_help, role_text};
use crate::ui::words::tr;
use crate::ui::{Panel, kit, theme};

/// A person as far as they are written.
pub struct Draft {
    /// Who is changed; `None` for a new person.
    of: Option<Reader>,
    id: String,
    name: String,
    roles: Roles,
    /// As typed; empty where it is not known.
    years: String,
    certificate: String,
    has_left: bool,
    /// A new PIN, twice.
    pins: [String; 2],
    /// Counts what was written when the form was opened: it closes once it is written.
    num_written: u32,
    /// It was sent to be written.
    is_sent: bool,
    num_frames: u8,
}

/// Why it can't be written yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Missing {
    Id,
    BadId,
    TakenId,
    Name,
    Roles,
    Years,
}

impl Missing {
    fn text(self) -> &'static str {
        match self {
            Self::Id => tr("Give an id, as in R4."),
            Self::BadId => tr("An id has letters, digits, - and _ only: it stands in exported tables."),
            Self::TakenId => tr("Somebody has this id."),
            Self::Name => tr("Give a name. It is never exported."),
            Self::Roles => tr("Choose at least one role."),
            Self::Years => tr("Years of experience are a whole number up to 80."),
        }
    }
}

impl Draft {
    pub(super) fn new(id: String, num_written: u32) -> Self {
        Self {
            of: None,
            id,
            name: String::new(),
            roles: Roles::NONE.with(Role::Annotator),
            years: String::new(),
            certificate: String::new(),
            has_left: false,
            pins: <[String; 2]>::default(),
            num_written,
            is_sent: false,
            num_frames: 0,
        }
    }

    pub(super) fn of(reader: &Reader, num_written: u32) -> Self {
        Self {
            of: Some(reader.clone()),
            id: reader.id.to_string(),
            name: reader.name.clone(),
            roles: reader.roles,
            years: reader.years_of_experience.map(|years| years.to_string()).unwrap_or_default(),
            certificate: reader.certificate.clone(),
            has_left: reader.has_left,
            ..Self::new(String::new(), num_written)
        }
    }

    pub(super) fn is_of(&self, id: &ReaderId) -> bool {
        self.of.as_ref().is_some_and(|reader| reader.id == *id)
    }

    fn person(&self, taken: &[Reader]) -> Result<Reader, Missing> {
        let id = self.id.trim();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if id.is_empty() {
            return Err(Missing::Id);
        }
        if !id.chars().all(is_plain) {
            return Err(Missing::BadId);
        }
        if self.of.is_none() && taken.iter().any(|reader| reader.id.as_str().eq_ignore_ascii_case(id)) {
            return Err(Missing::TakenId);
        }
        if self.name.trim().is_empty() {
            return Err(Missing::Name);
        }
        if self.roles.is_empty() {
            return Err(Missing::Roles);
        }
        let years = match self.years.trim() {
            "" => None,
            text => Some(text.parse::<u32>().ok().filter(|years| *years <= 80).ok_or(Missing::Years)?),
        };
        let before = self.of.clone().unwrap_or_else(|| Reader::new(id, ""));
        Ok(Reader {
            name: self.name.trim().to_owned(),
            roles: self.roles,
            years_of_experience: years,
            certificate: self.certificate.trim().to_owned(),
            has_left: self.has_left,
            ..before
        })
    }
}

/// The new PIN, where both fields agree; why not, where something is typed.
fn new_pin([pin, again]: &[String; 2]) -> Result<Option<Pin>, &'static str> {
    if pin.is_empty() && again.is_empty() {
        return Ok(None);
    }
    match Pin::chosen(pin.clone()) {
        Err(PinError::TooShort) => Err(tr("A PIN has at least 4 characters.")),
        Err(PinError::TooLong) => Err(tr("A PIN has at most 64 characters.")),
        Ok(_) if pin != again => Err(tr("Both fields must hold the same PIN.")),
        Ok(pin) => Ok(Some(pin)),
    }
}

/// Everybody gives themselves a PIN; all else about them an owner changes.
pub(super) fn own_pin_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(reader) = panel.session.reader.clone() else { return };
    let desk = &panel.session.team.people;
    kit::section(ui, tr("Your PIN"));
    let mut pins = std::mem::take(&mut panel.state.people_page.own_pins);
    let mut is_sent = false;
    ui.horizontal(|ui| {
        pins_ui(ui, &mut pins);
        let pin = new_pin(&pins);
        let is_ready = matches!(pin, Ok(Some(_))) && !desk.is_loading;
        let text = if reader.has_pin { tr("Change my PIN") } else { tr("Set my PIN") };
        if ui.add_enabled(is_ready, egui::Button::new(text)).clicked()
            && let Ok(pin) = &pin
        {
            let command = PeopleCommand::SetPin { reader: reader.id.clone(), pin: pin.clone() };
            panel.ask(Command::Team(TeamCommand::People(command)));
            is_sent = true;
        }
        if let Err(why) = pin {
            ui.label(RichText::new(why).color(theme::warn()));
        }
    });
    if !is_sent {
        panel.state.people_page.own_pins = pins;
    }
}

fn pins_ui(ui: &mut Ui, [pin, again]: &mut [String; 2]) {
    for (title, text) in [(tr("PIN"), pin), (tr("PIN again"), again)] {
        let field = TextEdit::singleline(text).password(true).char_limit(MOST_PIN).desired_width(120.0);
        let response = ui.add(field.hint_text(title));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, title));
    }
}

/// The form; writing or leaving it takes the draft away.
pub(super) fn form_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(mut draft) = panel.state.people_page.draft.take() else { return };
    let desk = &panel.session.team.people;
    if draft.is_sent && desk.num_written != draft.num_written {
        return;
    }
    let Some(open) = &panel.session.project else { return };
    let mut is_done = false;
    ui.add_space(theme::UNIT);
    let frame = egui::Frame::new().fill(theme::panel()).corner_radius(6.0).inner_margin(14.0).show(ui, |ui| {
        ui.set_width(ui.available_width().min(720.0));
        let title = match &draft.of {
            None => tr("A new person").to_owned(),
            Some(reader) => format!("{}  {}", reader.id, reader.name),
        };
        ui.label(
            RichText::new(title).font(egui::FontId::new(theme::HEADING, theme::strong_family())).color(theme::strong()),
        );
        ui.add_space(theme::UNIT);
        fields_ui(ui, &mut draft);
        let person = draft.person(&open.readers);
        let pin = new_pin(&draft.pins);
        ui.add_space(theme::UNIT);
        if let Err(missing) = person {
            ui.label(RichText::new(missing.text()).color(theme::weak()));
        }
        if let Err(why) = pin {
            ui.label(RichText::new(why).color(theme::warn()));
        }
        ui.horizontal(|ui| {
            let is_changed =
                draft.of.is_none() || person.as_ref().ok() != draft.of.as_ref() || !matches!(pin, Ok(None));
            let is_ready = person.is_ok() && pin.is_ok() && is_changed && !desk.is_loading;
            let text = if draft.of.is_none() { tr("Add this person") } else { tr("Save the changes") };
            if ui.add_enabled(is_ready, egui::Button::new(text)).clicked()
                && let (Ok(person), Ok(pin)) = (person, pin)
            {
                send(panel, &mut draft, person, pin);
            }
            is_done = ui.button(tr("Cancel")).clicked();
            if let Some(reader) = draft.of.as_ref().filter(|reader| reader.has_pin) {
                let button = ui.button(tr("Take the PIN away"));
                let button = button.on_hover_text(tr("Signing in as this person asks for nothing then"));
                if button.clicked() {
                    let command = PeopleCommand::SetPin { reader: reader.id.clone(), pin: None };
                    panel.ask(Command::Team(TeamCommand::People(command)));
                    draft.is_sent = true;
                }
            }
        });
    });
    // It opens at the page's foot, where half of it would be out of sight; its size is known after some frames.
    if draft.num_frames < 3 {
        frame.response.scroll_to_me(None);
        draft.num_frames += 1;
        ui.ctx().request_repaint();
    }
    if !is_done {
        panel.state.people_page.draft = Some(draft);
    }
}

fn send(panel: &mut Panel<'_>, draft: &mut Draft, person: Reader, pin: Option<Pin>) {
    let id = person.id.clone();
    let mut ask = |command| panel.ask(Command::Team(TeamCommand::People(command)));
    match &draft.of {
        None => ask(PeopleCommand::Add(Box::new(person))),
        Some(before) if *before != person => ask(PeopleCommand::Change(Box::new(person))),
        Some(_) => {}
    }
    if let Some(pin) = pin {
        ask(PeopleCommand::SetPin { reader: id, pin: Some(pin) });
    }
    draft.is_sent = true;
}

fn fields_ui(ui: &mut Ui, draft: &mut Draft) {
    Grid::new("person").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| {
        if draft.of.is_none() {
            line_ui(ui, tr("Id"), &mut draft.id, 90.0, "R4");
        }
        line_ui(ui, tr("Name"), &mut draft.name, 300.0, tr("As shown in this window, never exported"));
        ui.label(tr("Roles"));
        ui.vertical(|ui| {
            for role in Role::ALL {
                ui.horizontal(|ui| {
                    let mut is_on = draft.roles.has(role);
                    let is_changed = ui.checkbox(&mut is_on, role_text(role)).changed();
                    ui.label(RichText::new(role_help(role)).small().color(theme::weak()));
                    if is_changed {
                        draft.roles = if is_on { with(draft.roles, role) } else { draft.roles.without(role) };
                    }
                });
            }
        });
        ui.end_row();
        line_ui(ui, tr("Years of experience"), &mut draft.years, 60.0, "");
        line_ui(ui, tr("Certificate"), &mut draft.certificate, 300.0, tr("Number or name; shown to owners only"));
        ui.label(if draft.of.as_ref().is_some_and(|reader| reader.has_pin) { tr("New PIN") } else { tr("PIN") });
        ui.horizontal(|ui| {
            pins_ui(ui, &mut draft.pins);
            let text = if draft.of.is_some() { tr("left empty: as it is") } else { tr("left empty: none is asked") };
            ui.label(RichText::new(text).small().color(theme::weak()));
        });
        ui.end_row();
        if draft.of.is_some() {
            ui.label("");
            ui.vertical(|ui| {
                ui.checkbox(&mut draft.has_left, tr("Has left the project"));
                let text = tr("They can't sign in and get no films. What they read stays.");
                ui.label(RichText::new(text).small().color(theme::weak()));
            });
            ui.end_row();
        }
    });
}

/// A guest only looks: whoever becomes one has no other role, and who gets another role is no guest.
const fn with(roles: Roles, role: Role) -> Roles {
    match role {
        Role::Guest => Roles::NONE.with(Role::Guest),
        other => roles.without(Role::Guest).with(other),
    }
}

fn line_ui(ui: &mut Ui, title: &'static str, text: &mut String, width: f32, hint: &str) {
    ui.label(title);
    let response = ui.add(TextEdit::singleline(text).desired_width(width).hint_text(hint));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, title));
    ui.end_row();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_before_it_is_sent() {
        let taken = [Reader::new("R1", "One")];
        let whole = || Draft { name: " Dr Lan ".into(), years: "12".into(), ..Draft::new("R2".into(), 0) };
        let person = whole().person(&taken).unwrap();
        assert_eq!((person.name.as_str(), person.years_of_experience), ("Dr Lan", Some(12)));
        assert!(person.roles.has(Role::Annotator) && !person.roles.has(Role::Owner));
        for (draft, expected) in [
            (Draft { id: " ".into(), ..whole() }, Missing::Id),
            (Draft { id: "R 2".into(), ..whole() }, Missing::BadId),
            (Draft { id: "R2.2".into(), ..whole() }, Missing::BadId),
            (Draft { id: "r1".into(), ..whole() }, Missing::TakenId),
            (Draft { name: " ".into(), ..whole() }, Missing::Name),
            (Draft { roles: Roles::NONE, ..whole() }, Missing::Roles),
            (Draft { years: "ten".into(), ..whole() }, Missing::Years),
            (Draft { years: "200".into(), ..whole() }, Missing::Years),
        ] {
            assert_eq!(draft.person(&taken).map(|person| person.id), Err(expected));
        }
        // Who is changed keeps their own id.
        assert!(Draft::of(&taken[0], 0).person(&taken).is_ok());
    }

    #[test]
    fn a_pin_is_typed_twice() {
        let typed = |pin: &str, again: &str| new_pin(&[pin.into(), again.into()]);
        assert_eq!(typed("", ""), Ok(None));
        assert_eq!(typed("1234", "1234").unwrap().unwrap().as_str(), "1234");
        for (pin, again) in [("123", "123"), ("1234", "1243"), ("1234", ""), ("", "1234")] {
            assert!(typed(pin, again).is_err(), "{pin} {again}");
        }
    }

    #[test]
    fn a_guest_has_no_other_role() {
        assert_eq!(with(Roles::ALL, Role::Guest), Roles::NONE.with(Role::Guest));
        assert_eq!(with(Roles::NONE.with(Role::Guest), Role::Reviewer), Roles::NONE.with(Role::Reviewer));
    }
}
