package main

func main() { theLearnerIsWriting() }
