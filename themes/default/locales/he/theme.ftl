theme-name = נייר
theme-text = רגוע ומרווח, עם ניווט בצד.
