"""A strong model reads whole pages: in the dialects of its family, which `document.dialect` turns into blocks."""

from collections.abc import Sequence

from perception.clients.client import CUT, ImagePart, Message, ModelClient, Sampling, TextPart
from perception.document.blocks import Layout, PageSize
from perception.document.dialect import Dialect, parse
from perception.document.document import Document
from perception.document.joining import joined_tables
from perception.errors import DocumentError

PAGE_DPI = 144.0
MAX_TOKENS = 8192


async def model_layout(document: Document, pages: Sequence[int], client: ModelClient, dialect: Dialect) -> Layout:
    """The pages' blocks as the model reads them; a page that can't be rendered, or is cut, is a note.

    Raises ClientError where the model can't be reached, DocumentError where no page can be rendered.
    """
    blocks, sizes, notes = [], [], []
    failed: DocumentError | None = None
    for page in pages:
        try:
            frame, text = document.frame(page, PAGE_DPI), document.text(page)
        except DocumentError as error:
            notes.append(str(error))
            failed = error
            continue
        message = Message(role="user", parts=(ImagePart(frame=frame), TextPart(text=dialect)))
        completion = await client.generate([message], sampling=Sampling(max_tokens=MAX_TOKENS, max_seconds=600))
        if completion.finish != "stop":
            notes.append(f"page {page}: the model's reply is not whole{CUT.get(completion.finish, '')}")
        blocks.append(parse(completion.text, dialect, page, (text.width, text.height)))
        sizes.append(PageSize(number=page, width=text.width, height=text.height))
    if failed is not None and not sizes:
        raise failed
    joined = joined_tables(blocks, [size.height for size in sizes])
    return Layout(
        document=document.path.name,
        pages=tuple(sizes),
        blocks=tuple(joined),
        read_by=client.name,
        notes=tuple(notes),
    )
