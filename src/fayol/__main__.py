from fayol.cli import main

main()
