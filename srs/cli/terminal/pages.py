"""What a sitting shows: the session's step as a page, the keys that fit it at its foot. Knows not what keys do."""

from srs import words
from srs.cli import asides, wording
from srs.cli.output import span_short
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.line import Line
from srs.cli.terminal.screen import Page, head
from srs.study.session import Finished, Pause, Question, Revealed, Session

RATINGS = {"again": 1, "hard": 2, "good": 3, "easy": 4}
_BETWEEN = " " * 5
_NARROW = 60  # columns under which little is said of the keys
_ALWAYS = (("undo", "undo"), ("help", "all keys"), ("quit", "ends"))
_FIRST_TO_GO = ("undo", "quit")  # of the keys at the foot, where not all have room
_FIXED = {"type": "tab"}
_NOTHING = "That key means nothing here"


class Pages:
    """The pages of one sitting. `beginner`: no card was ever answered before."""

    def __init__(self, session: Session, desk: Desk, beginner: bool) -> None:
        self._session = session
        self._clock = desk.clock
        self._prefs = desk.prefs
        self._screen = desk.screen
        self._faces = desk.faces()
        self._beginner = beginner

    def suggested(self, step: Revealed) -> int:
        """What `show` stands for on a back: Good, or what was typed suggests, as far as there is a key for it."""
        wanted = step.suggested or 3
        return wanted if any(RATINGS[name] == wanted and self.key(name) for name in RATINGS) else 3

    def page(self, line: Line | None, stray: bool = False) -> Page:
        """What is to be seen now; `line` is the answer being typed, `stray` says that the last key meant nothing."""
        step, screen = self._session.step, self._screen
        if isinstance(step, Pause):
            return self._pause(step)
        assert isinstance(step, Question | Revealed)
        question = asides.question_of(self._session)
        front, answer = self._faces.sides(question.face, isinstance(step, Revealed))
        if isinstance(step, Revealed) and (answer or step.comparison):
            rule = screen.colours.paint("─" * screen.columns, "muted")
            answer = [rule, "", *self._compared(step), *answer]
            front = [*front, ""]
        typed = line.prompt(screen.columns) if line and isinstance(step, Question) else None
        if isinstance(step, Revealed):
            foot = self._under_back(step, stray)
        else:
            foot = self._under_front(step, typed is not None, stray)
        return Page(self._head(question), [*front, *answer], foot, len(front) if answer else 0, typed)

    def _pause(self, step: Pause) -> Page:
        screen = self._screen
        wait = span_short(max(0, step.until - self._clock()))
        body = screen.text(f"The next card is due in {wait}.") + screen.text("It comes by itself: wait, or end here.")
        hint = self._hint(*_ALWAYS)
        said = wording.summary(self._session.tally, Finished(), self._clock())[0]
        return Page(head([said], "", screen.columns, screen.colours), body, hint)

    def _head(self, question: Question) -> list[str]:
        columns, colours = self._screen.columns, self._screen.colours
        left = wording.remaining(question.remaining)
        right = f"{left} · {asides.minutes(question.minutes)}"
        lines = head([question.item.deck, *question.note.tags], right, columns, colours)
        about = []
        if question.flag:
            about.append(f"flag {question.flag}, {asides.FLAGS[question.flag]}")
        if question.mark:
            about.append(f"marked: {question.mark}")
        return lines + (self._screen.text("   ".join(about), "muted")[:2] if about else [])

    def _compared(self, step: Revealed) -> list[str]:
        """What was typed beside the right answer."""
        if step.comparison is None:
            return []
        from srs.cli.terminal import typed

        return [*typed.lines(step.comparison, self._screen.columns, self._screen.colours), ""]

    def _under_front(self, step: Question, typing: bool, stray: bool) -> list[str]:
        if typing:
            foot = self._screen.text(self._while_typing(), "muted")
            hint = "enter shows the answer, esc other keys."
        else:
            back = [("type", "back to typing")] if step.asks else []
            foot = self._hint(("show", "shows the answer"), *back, *_ALWAYS)
            help_ = self.key("help")
            hint = f"{self.key('show')} shows the answer{f', {help_} all keys' if help_ else ''}."
        return self._screen.instead(foot, f"{_NOTHING}: {hint}", hint) if stray else foot

    def _while_typing(self) -> str:
        """While letters are letters: how to get at the keys, as far as there is room for it."""
        undo, help_ = self.key("undo"), self.key("help")
        more = ", ".join(filter(None, (undo and f"{undo} undo", help_ and f"{help_} all")))
        wide = "enter shows the answer    esc other keys"
        short = "enter: answer   esc: keys"
        forms = (f"{wide}: {more}" if more else wide, f"{short}, {undo}: undo" if undo else short, short)
        return next((form for form in forms if len(form) <= self._screen.columns), short)

    def _under_back(self, step: Revealed, stray: bool) -> list[str]:
        given = [("show", f"gives {words.RATINGS[self.suggested(step) - 1]}")] if step.suggested else []
        explained, keys = self._explained(), self._hint(*given, *_ALWAYS)
        if stray and explained:
            explained = self._screen.instead(explained, *self._rating_keys(step))
        elif stray:
            keys = self._screen.instead(keys, *self._rating_keys(step))
        return [*explained, *self._buttons(step), *keys]

    def _rating_keys(self, step: Revealed) -> tuple[str, str]:
        """What is told after a key that means nothing on a back: which keys do, in a longer and a shorter form."""
        *first, last = (key for key, _, _ in self.offered(step))
        rates = f"{', '.join(first)} or {last} rates it" if first else f"{last} rates it"
        if help_ := self.key("help"):
            return f"{_NOTHING}: {rates}, {help_} shows all keys.", f"{rates}, {help_} all keys."
        return f"{_NOTHING}: {rates}.", f"{rates}."

    def _hint(self, *told: tuple[str, str]) -> list[str]:
        """The few keys that are told under every card; the narrower the terminal, the fewer words, then keys."""
        known = [(action, f"{self.key(action)} {what}") for action, what in told if self.key(action)]
        text = "    ".join(words for _, words in known)
        if self._screen.columns < _NARROW or len(text) > self._screen.columns:
            few = {action: f"{self.key(action)} {what.rpartition(' ')[2]}" for action, what in told if self.key(action)}
            for leaving in _FIRST_TO_GO:
                few.pop(leaving, None)
                text = "   ".join(few.values())
                if len(text) <= self._screen.columns:
                    break
            else:
                text = f"{self.key('help')} keys".strip()
        return self._screen.text(text, "muted")

    def _explained(self) -> list[str]:
        """On the first back of all: what the answers mean."""
        if not self._beginner or self._session.tally.answers:
            return []
        meant = [f"{name} {meaning}" for name, meaning in zip(words.RATINGS, wording.MEANINGS, strict=True)]
        told = [meant[rating - 1] for rating in self._ratings()]
        return [*self._screen.text(f"How did it go? {', '.join(told)}.", "muted"), ""]

    def _ratings(self) -> list[int]:
        """The ratings that have a key."""
        return [rating for name, rating in RATINGS.items() if self.key(name)]

    def offered(self, step: Revealed) -> list[tuple[str, str, str]]:
        """Key, name and time of each answer that has a key."""
        every = wording.buttons(step)
        return [(self.key(name.lower()), name, when) for rating, name, when in every if rating in self._ratings()]

    def _buttons(self, step: Revealed) -> list[str]:
        """The answers on one line, or under each other where the screen is narrow; what typing suggests in brackets."""
        colours, suggested = self._screen.colours, words.RATINGS[self.suggested(step) - 1] if step.suggested else ""
        texts, styled = [], []
        for key, name, when in self.offered(step):
            left, right = ("[", "]") if name == suggested else ("", "")
            texts.append(f"{left}{key} {name} {when}{right}")
            styled.append(f"{left}{colours.paint(key, 'key')} {colours.paint(name, name.lower())} {when}{right}")
        if sum(map(len, texts)) + len(_BETWEEN) * (len(texts) - 1) <= self._screen.columns:
            return [_BETWEEN.join(styled)]
        wide = max(map(len, texts)) + 3
        if 2 * wide > self._screen.columns:
            return styled
        pairs = range(0, len(texts), 2)
        return [(styled[n] + " " * (wide - len(texts[n])) + "".join(styled[n + 1 : n + 2])).rstrip() for n in pairs]

    def key(self, action: str) -> str:
        """The key of an action that is told, empty where it has none."""
        return _FIXED.get(action) or next(iter(self._prefs.keys_of(action)), "")
