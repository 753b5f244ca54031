@equalLength false
@classLabel true a b c
@data
1,2,3:4,5,6:b
7:8:a
