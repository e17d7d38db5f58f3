"""Names of MiniWoB++'s tasks, by the suites in which others measure.

PyPI's `miniwob` has more pages than the benchmarks built on it: ALL_TASKS are the 125 that BrowserGym registers, and
PIX2ACT_TASKS the 58 that Pix2Act is measured on, all of them among the 125.
"""

ALL_TASKS = tuple(
    """
    ascending-numbers bisect-angle book-flight book-flight-nodelay buy-ticket choose-date choose-date-easy
    choose-date-medium choose-date-nodelay choose-list circle-center click-button click-button-sequence
    click-checkboxes click-checkboxes-large click-checkboxes-soft click-checkboxes-transfer click-collapsible
    click-collapsible-2 click-collapsible-2-nodelay click-collapsible-nodelay click-color click-dialog
    click-dialog-2 click-link click-menu click-menu-2 click-option click-pie click-pie-nodelay click-scroll-list
    click-shades click-shape click-tab click-tab-2 click-tab-2-easy click-tab-2-hard click-tab-2-medium click-test
    click-test-2 click-test-transfer click-widget copy-paste copy-paste-2 count-shape count-sides daily-calendar
    drag-box drag-circle drag-cube drag-items drag-items-grid drag-shapes drag-shapes-2 drag-single-shape
    drag-sort-numbers draw-circle draw-line email-inbox email-inbox-delete email-inbox-forward
    email-inbox-forward-nl email-inbox-forward-nl-turk email-inbox-important email-inbox-nl-turk
    email-inbox-noscroll email-inbox-reply email-inbox-star-reply enter-date enter-password enter-text
    enter-text-2 enter-text-dynamic enter-time find-greatest find-midpoint find-word focus-text focus-text-2
    form-sequence form-sequence-2 form-sequence-3 generate-number grid-coordinate guess-number highlight-text
    highlight-text-2 hot-cold identify-shape login-user login-user-popup multi-layouts multi-orderings
    navigate-tree number-checkboxes odd-or-even order-food phone-book read-table read-table-2 resize-textarea
    right-angle scroll-text scroll-text-2 search-engine sign-agreement simple-algebra simple-arithmetic
    social-media social-media-all social-media-some stock-market terminal text-editor text-transform tic-tac-toe
    unicode-test use-autocomplete use-autocomplete-nodelay use-colorwheel use-colorwheel-2 use-slider use-slider-2
    use-spinner visual-addition
    """.split()
)
"""All pages but button-delay, chase-circle, hover-shape, moving-items and simon-says, where timing is everything."""

PIX2ACT_TASKS = tuple(
    """
    bisect-angle choose-date-nodelay circle-center click-button click-button-sequence click-checkboxes
    click-checkboxes-large click-checkboxes-soft click-checkboxes-transfer click-collapsible-2-nodelay
    click-collapsible-nodelay click-color click-dialog click-dialog-2 click-link click-option click-pie-nodelay
    click-shades click-shape click-tab click-tab-2 click-tab-2-easy click-tab-2-hard click-tab-2-medium click-test
    click-test-2 click-test-transfer click-widget count-shape count-sides drag-box drag-items drag-items-grid
    drag-shapes drag-sort-numbers email-inbox-delete email-inbox-important enter-date enter-text-2 enter-time
    find-midpoint grid-coordinate identify-shape navigate-tree number-checkboxes resize-textarea right-angle
    simple-algebra simple-arithmetic text-transform tic-tac-toe unicode-test use-autocomplete-nodelay
    use-colorwheel use-colorwheel-2 use-slider use-slider-2 visual-addition
    """.split()
)

HELDOUT_TASKS = (
    *("button-delay", "click-collapsible", "click-menu", "click-scroll-list", "hover-shape"),  # pointing
    *("choose-list", "enter-password", "login-user-popup", "use-spinner"),  # one control or two
    *("form-sequence", "multi-layouts", "multi-orderings", "search-engine"),  # forms of several steps
    *("copy-paste", "drag-single-shape", "highlight-text"),  # marking, dragging, carrying
    *("email-inbox", "find-greatest", "read-table", "social-media"),  # reading first
)
"""Fixed before anything was trained on MiniWoB++: these are for measuring alone. No page of them is ever imitated by
synthetic screens, demonstrated, or trained on by any method."""
