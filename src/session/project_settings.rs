//! Changes of the project itself: rules, labels, instructions, references.

use crate::domain::project::{Description, Workflow};
use crate::domain::rules::{CustomRule, RuleSetting};
use crate::domain::suggestion::ModelVisibility;

use super::effect::Effect;
use super::label_editor::LabelSetCommand;
use super::screen::{Screen, Session};
use super::team::{PeopleTask, TeamTask};

/// A change of the project, or going to where it is changed.
#[derive(Clone, PartialEq, Debug)]
pub enum ProjectCommand {
    /// The project's settings, on this page.
    Show(ProjectPage),
    /// Back to the list or the film.
    Leave,
    SetRules(Vec<RuleSetting>),
    /// The page of labels.
    Labels(LabelSetCommand),
    SetCustomRules(Vec<CustomRule>),
    /// What readers are told before they read.
    SetInstructions(String),
    /// Whether readers see each other's marks and comments.
    SetOpen(bool),
    /// Who sees what models say, and when.
    SetModelVisibility(ModelVisibility),
    /// Name, workflow, ethics, licence, use of the data.
    Describe(Box<Description>),
}

/// What a new project is to be.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NewProjectWish {
    /// Empty: the folder's name.
    pub name: String,
    /// Id of the label set.
    pub label_set: String,
    pub workflow: Workflow,
}

/// A page of the project screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ProjectPage {
    #[default]
    Labels,
    Rules,
    /// Instructions and reference cases.
    Guide,
    /// How far the project is.
    Overview,
    /// What the project is: workflow, ethics, licence, use of its data.
    About,
    People,
    /// Films handed out to readers, and how they stand.
    Assignment,
    /// How far readers agree, and consensus by rule.
    Agreement,
    /// What left the project.
    Exports,
    /// What happened in it.
    Audit,
}

impl ProjectPage {
    pub const ALL: [Self; 10] = [
        Self::Overview,
        Self::About,
        Self::Labels,
        Self::Rules,
        Self::Guide,
        Self::People,
        Self::Assignment,
        Self::Agreement,
        Self::Exports,
        Self::Audit,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Labels => "Labels",
            Self::Rules => "Rules",
            Self::Guide => "Instructions",
            Self::Overview => "Overview",
            Self::About => "About",
            Self::People => "People",
            Self::Assignment => "Assignment",
            Self::Agreement => "Agreement",
            Self::Exports => "Exports",
            Self::Audit => "Audit",
        }
    }
}

impl Session {
    pub(super) fn project_command(&mut self, command: ProjectCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            ProjectCommand::Show(page) => self.with_comment_kept(now_ms, |session| {
                session.project_page = page;
                session.screen = Screen::Project;
                session.load_for_page(page)
            }),
            ProjectCommand::Leave => {
                self.screen = match (&self.reader, &self.pane.film) {
                    (None, _) => Screen::SignIn,
                    (Some(_), Some(_)) => Screen::Film,
                    (Some(_), None) => Screen::Worklist,
                };
                Vec::new()
            }
            ProjectCommand::Labels(command) => self.label_set_command(command),
            change => vec![Effect::ChangeProject(Box::new(change))],
        }
    }

    /// What a page shows is read when it is opened.
    fn load_for_page(&mut self, page: ProjectPage) -> Vec<Effect> {
        match page {
            ProjectPage::Labels => vec![Effect::LoadLabelDesk],
            ProjectPage::Overview => vec![self.count_overview()],
            ProjectPage::About | ProjectPage::People => {
                self.team.people.is_loading = true;
                vec![TeamTask::People(PeopleTask::Load).effect()]
            }
            ProjectPage::Assignment => self.load_tasks(),
            ProjectPage::Exports => self.load_exchange(),
            _ => Vec::new(),
        }
    }
}
