"""Make the faces beforehand: `python -m app.papers`. Otherwise the first paper makes them, which takes some seconds."""

from app.papers.fonts import FACES, face_file

if __name__ == "__main__":
    for face in FACES:
        for bold in (False, True):
            face_file(face, bold)
