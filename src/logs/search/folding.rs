//! How much work it is to disregard capitals in the classes of a pattern.

use regex_syntax::ast::{
    self, Ast, ClassPerlKind, ClassSetBinaryOp, ClassSetItem, Flag, Flags, Visitor,
};

/// How many characters there are, which is what the widest class is looked through for.
const ALL: u64 = 0x11_0000;

/// How many of the characters of `\w` have more than one case, generously.
const WORD: u64 = 0x1_0000;

/// Two classes of everything (`[\s\S]`), with some room: that takes some 10 ms.
const MOST: u64 = ALL * 5 / 2;

/// Whether disregarding capitals takes too long. Then each character of a class is
/// looked at for its other cases, and nothing of it is seen in the size of the automaton.
/// `is_ignored` says whether capitals are no matter in the whole pattern.
pub(super) fn is_too_much(ast: &Ast, is_ignored: bool) -> bool {
    ast::visit(ast, Work { is_ignored, depth: 1, characters: 0 })
        .is_ok_and(|work| work.is_ignored && work.characters > MOST)
}

/// What there is to do.
struct Work {
    /// Whether capitals are no matter, in a part of the pattern at least.
    is_ignored: bool,
    /// In how many classes the present one lies, itself included: each begins anew.
    depth: u64,
    characters: u64,
}

impl Work {
    fn add(&mut self, characters: u64) {
        self.characters = self.characters.saturating_add(characters * self.depth);
    }

    fn heed(&mut self, flags: &Flags) {
        self.is_ignored |= flags.flag_state(Flag::CaseInsensitive) == Some(true);
    }
}

impl Visitor for Work {
    type Output = Self;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Self, Self::Err> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Flags(set) => self.heed(&set.flags),
            Ast::Group(group) => group.flags().into_iter().for_each(|flags| self.heed(flags)),
            Ast::ClassUnicode(_) => self.add(ALL),
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ClassSetItem::Range(range) => {
                self.add(u64::from(u32::from(range.end.c)) - u64::from(u32::from(range.start.c)));
            }
            ClassSetItem::Unicode(_) => self.add(ALL),
            ClassSetItem::Perl(class) => match (&class.kind, class.negated) {
                (ClassPerlKind::Word, _) => self.add(WORD),
                (_, true) => self.add(ALL),
                (_, false) => {}
            },
            ClassSetItem::Ascii(class) if class.negated => self.add(ALL),
            ClassSetItem::Bracketed(_) => self.depth += 1,
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_post(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        if matches!(item, ClassSetItem::Bracketed(_)) {
            self.depth -= 1;
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ClassSetBinaryOp) -> Result<(), Self::Err> {
        self.depth += 1;
        Ok(())
    }

    fn visit_class_set_binary_op_post(&mut self, _: &ClassSetBinaryOp) -> Result<(), Self::Err> {
        self.depth -= 1;
        Ok(())
    }
}
