@classLabel true a b
@data
1:a
2:b
