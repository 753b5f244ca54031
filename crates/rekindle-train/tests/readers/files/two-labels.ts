@classLabel true a b
@targetLabel true
@data
1:a
2:b
