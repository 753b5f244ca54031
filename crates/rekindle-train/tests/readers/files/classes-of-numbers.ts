@targetLabel true
@data
1:0.5
2:1.5
